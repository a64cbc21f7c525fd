# A page of the DAG runs of Apache Airflow 3 that have changed. In: a page; $pages.next: what it was asked with; $pages.found: the
# runs of the pages before. Out: {found, next}: the runs so far, each with the parameters and the reply of airflow-dag-run, and
# the next page, or null.
#
# Try it: jq --argjson pages '{"next": {"offset": 0, "limit": 100}}' -f routes/providers/airflow-dag-runs.page.jq \
#           seeds/airflow-dag-runs/replies/01-running.json

$pages.next as $asked
| (.dag_runs | arrays // error("the reply has no dag_runs")) as $page
| ($asked.offset + ($page | length)) as $offset
| ($page | map({parameters: {dag_id, dag_run_id}, reply: .})) as $runs
| ($runs - ($pages.found // [])) as $new
| {
    found: (($pages.found // []) + $runs),
    # Whatever the total says, a page without a new run is the last one.
    next: (if $new == [] or $offset >= (.total_entries // 0) then null else $asked + {offset: $offset} end)
  }
