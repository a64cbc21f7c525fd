# A page of ListDatasetJobs. In: a page; $wanted: the ids that are asked for, each with true; $watch: what their watches have in
# common; $pages.next: what the page was asked with; $pages.found: what the pages before held. Out: {found, next}: the wanted
# jobs so far, by DatasetJobId, each as GetDatasetJob would have answered; and the next page, or null.
# https://www.alibabacloud.com/help/en/pai/developer-reference/api-aiworkspace-2021-02-04-listdatasetjobs
#
# What no page held is asked for one by one, so a page is worth its request if it holds two of them. One that does not is the
# last, unless that makes less than one in twenty requests more.
#
# Try it:
#   echo '{"RequestId": "r", "DatasetJobs": [{"DatasetJobId": "dsjob-1", "Status": "Running"}]}' \
#     | jq --argjson watch '{"parameters": {"DatasetId": "d-1"}}' --argjson wanted '{"dsjob-1": true}' \
#       --argjson pages '{"next": {"PageNumber": 1, "PageSize": 50}}' -f routes/providers/alibaba-pai-dataset-job.page.jq

# A job of another version, or of another workspace, is another job.
def as_asked($name): (.[$name] // "" | tostring) as $said
  | ($watch.parameters[$name] // $said) as $asked
  | $said == "" or $said == $asked;

def reply($request): {RequestId: $request} + del(.DatasetJobId, .DatasetVersion, .WorkspaceId);

$pages.next as $asked
| ($pages.found // {}) as $before
| .RequestId as $request
| (
    (.DatasetJobs | arrays // error("the reply has no DatasetJobs"))
    | map(
        select((.DatasetJobId | strings) as $id | $wanted[$id] and ($before[$id] | not))
        | select(as_asked("DatasetVersion") and as_asked("WorkspaceId"))
        | {key: .DatasetJobId, value: reply($request)}
      )
    | from_entries
  ) as $more
| ($before + $more) as $found
| (($wanted | length) - ($found | length)) as $missing
| {
    found: $found,
    next: (
      if $missing < 2 or .DatasetJobs == [] or $asked.PageNumber * $asked.PageSize >= (.TotalCount // infinite) then null
      elif ($more | length) < 2 and $asked.PageNumber >= $missing / 20 then null
      else $asked + {PageNumber: ($asked.PageNumber + 1)}
      end
    )
  }
