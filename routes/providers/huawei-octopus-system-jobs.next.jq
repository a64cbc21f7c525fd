# Where the next page of Huawei Cloud Octopus begins, or -1 after the last one. In: a page; $offset: where it began;
# $found: the jobs of the pages before. A page without a new job is the end, whatever the total claims; a page that is not
# full is the end too, unless the total claims more.
#
# Try it: jq --argjson offset 0 --argjson found '[]' -f routes/providers/huawei-octopus-system-jobs.next.jq \
#           seeds/huawei-octopus-system-jobs/replies/01-queuing.json

def asked: 100;
def most: 10000;

(.payload.list | arrays // error("the reply has no payload.list")) as $page
| ($offset + ($page | length)) as $next
| ([asked, .payload.page_info.limit // asked] | min) as $full
| if ($page | map(.id)) - ($found | map(.id)) == [] then -1
  elif ($page | length) < $full and $next >= (.payload.page_info.total // 0) then -1
  elif $next > most then error("more than \(most) jobs: narrow the watch, by start_time or statuses for instance")
  else $next
  end
