# One DAG run of Apache Airflow 3 (GET /api/v2/dags/{dag_id}/dagRuns/{dag_run_id}) becomes a draft of a job record.
#
# Try it:
#   jq --argjson watch '{"parameters": {"dag_id": "d", "dag_run_id": "r"}}' \
#     -f routes/providers/airflow-dag-run.jq seeds/airflow-dag-run/replies/02-running.json

def states: {
  "queued": "QUEUED",
  "running": "RUNNING",
  "success": "SUCCEEDED",
  "failed": "FAILED"
};

$watch.parameters as $asked
| {
    key: [$asked.dag_id, $asked.dag_run_id],
    echo: {dag_id, dag_run_id},
    type: .run_type,
    name: (.dag_display_name // .dag_id),
    description: .note,
    provider: {
      name: "Apache Airflow",
      service: "REST API",
      project: $asked.dag_id,
      user: .triggering_user_name,
      jobId: $asked.dag_run_id
    },
    providerState: .state,
    state: states[.state // ""],
    createTime: .queued_at,
    startTime: .start_date,
    endTime: .end_date,
    spec: {logical_date, data_interval_start, data_interval_end, run_after, triggered_by},
    raw: .
  }
