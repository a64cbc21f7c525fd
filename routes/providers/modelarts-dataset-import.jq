# One import into a dataset of ModelArts: the reply of "Querying Details About a Dataset Import Task" becomes a draft of a job
# record.
# https://support.huaweicloud.com/intl/en-us/api-modelarts/DescImportTask.html
#
# Try it:
#   jq --argjson watch '{"parameters": {"project_id": "p", "dataset_id": "d", "task_id": "t"}}' \
#     -f routes/providers/modelarts-dataset-import.jq seeds/modelarts-dataset-import/replies/01-queuing.json

def states: {
  "QUEUING": "QUEUED",
  "STARTING": "STARTING",
  "RUNNING": "RUNNING",
  "COMPLETED": "SUCCEEDED",
  "FAILED": "FAILED",
  "NOT_EXIST": "UNKNOWN"
};

def reasons: {
  "NOT_EXIST": "NOT_FOUND"
};

def progress:
  if .total_sample_count == null then null
  else {total: .total_sample_count, completed: .imported_sample_count, unit: "SAMPLE"}
  end;

$watch.parameters as $asked
| (.status // "") as $status
| {
    key: [$asked.project_id, $asked.dataset_id, $asked.task_id],
    echo: {dataset_id, task_id},
    provider: {
      name: "Huawei Cloud",
      service: "ModelArts",
      project: $asked.project_id,
      dataset: $asked.dataset_id,
      jobId: $asked.task_id
    },
    providerState: .status,
    state: states[$status],
    reason: reasons[$status],
    message: .error_msg,
    progress: progress,
    createTime: .create_time,
    updateTime: .update_ms,
    runMillis: (if .elapsed_time == null then null else .elapsed_time * 1000 end),
    # A good reply may carry a code too, which is information, not an error.
    error: (if $status == "FAILED" then {code: .error_code, message: .error_msg} else null end),
    spec: ({import_path, import_type, data_source} | with_entries(select(.value != null))),
    raw: .
  }
