# The page of ListDatasetJobs to ask for next, or 0. In: a page; $page: its number; $wanted, $found: what is asked for, and what
# the pages before held of it; $more: what this one does.
#
# What no page held is asked for one by one, so a page is worth its request if it holds two of them. One that does not is the
# last, unless that makes less than one in twenty requests more.
#
# Try it: echo '{"DatasetJobs": []}' | jq --argjson page 1 --argjson wanted '{"dsjob-1": true}' --argjson found '{}' \
#           --argjson more '{}' -f routes/providers/alibaba-pai-dataset-job.next.jq

def asked: 50;

(($wanted | length) - ($found | length) - ($more | length)) as $missing
| if $missing < 2 or .DatasetJobs == [] or $page * asked >= (.TotalCount // infinite) then 0
  elif ($more | length) < 2 and $page >= $missing / 20 then 0
  else $page + 1
  end
