# A page of the system jobs of Huawei Cloud Octopus. In: a page; $pages.next: what it was asked with; $pages.found: the jobs of
# the pages before. Out: {found, next}: the jobs so far, and the next page, null after the last one. A page without a new job is
# the end, whatever the total claims; a page that is not full is the end too, unless the total claims more.
#
# Try it: jq --argjson pages '{"next": {"offset": 0, "limit": 100}}' -f routes/providers/huawei-octopus-system-jobs.page.jq \
#           seeds/huawei-octopus-system-jobs/replies/01-queuing.json

def most: 10000;

$pages.next as $asked
| ($pages.found // []) as $before
| (.payload.list | arrays // error("the reply has no payload.list")) as $page
| ($asked.offset + ($page | length)) as $offset
| ([$asked.limit, .payload.page_info.limit // $asked.limit] | min) as $full
| {
    # Pages shift while they are read, so a job may turn up twice: it counts as seen last.
    found: (($before + $page) | group_by(.id) | map(last)),
    next: (
      if ($page | map(.id)) - ($before | map(.id)) == [] then null
      elif ($page | length) < $full and $offset >= (.payload.page_info.total // 0) then null
      elif $offset > most then error("more than \(most) jobs: narrow the watch, by start_time or statuses for instance")
      else $asked + {offset: $offset}
      end
    )
  }
