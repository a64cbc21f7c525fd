# The jobs on a page of ListDatasetJobs that are wanted, by DatasetJobId, each as GetDatasetJob would have answered. In: a
# page; $wanted: the ids that are asked for, each with true; $watch: what their watches have in common; $found: the jobs of
# the pages before.
# https://www.alibabacloud.com/help/en/pai/developer-reference/api-aiworkspace-2021-02-04-listdatasetjobs
#
# Try it:
#   echo '{"RequestId": "r", "DatasetJobs": [{"DatasetJobId": "dsjob-1", "Status": "Running"}]}' \
#     | jq --argjson watch '{"parameters": {"DatasetId": "d-1"}}' --argjson wanted '{"dsjob-1": true}' \
#       --argjson found '{}' -f routes/providers/alibaba-pai-dataset-job.together.jq

# A job of another version, or of another workspace, is another job.
def as_asked($name): (.[$name] // "" | tostring) as $said
  | ($watch.parameters[$name] // $said) as $asked
  | $said == "" or $said == $asked;

def reply($request): {RequestId: $request} + del(.DatasetJobId, .DatasetVersion, .WorkspaceId);

.RequestId as $request
| (.DatasetJobs | arrays // error("the reply has no DatasetJobs"))
| map(
    select((.DatasetJobId | strings) as $id | $wanted[$id] and ($found[$id] | not))
    | select(as_asked("DatasetVersion") and as_asked("WorkspaceId"))
    | {key: .DatasetJobId, value: reply($request)}
  )
| from_entries
