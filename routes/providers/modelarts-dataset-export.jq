# One export of a dataset of ModelArts: the reply of "Querying the Status of a Dataset Export Task" becomes a draft of a job
# record.
# https://support.huaweicloud.com/intl/en-us/api-modelarts/GetExportTaskStatusOfDataset.html
#
# Try it:
#   jq --argjson watch '{"parameters": {"project_id": "p", "resource_id": "d", "task_id": "t"}}' \
#     -f routes/providers/modelarts-dataset-export.jq seeds/modelarts-dataset-export/replies/01-init.json

# SUCCESSED is the provider's spelling.
def states: {
  "INIT": "QUEUED",
  "RUNNING": "RUNNING",
  "SUCCESSED": "SUCCEEDED",
  "FAILED": "FAILED"
};

def progress:
  {percent: .progress, total: .total_sample_count, completed: .finished_sample_count}
  | . + {unit: (if .total == null then null else "SAMPLE" end)};

$watch.parameters as $asked
| (.status // "") as $status
| {
    key: [$asked.project_id, $asked.resource_id, $asked.task_id],
    echo: {task_id},
    provider: {
      name: "Huawei Cloud",
      service: "ModelArts",
      project: $asked.project_id,
      dataset: $asked.resource_id,
      datasetVersion: .version_id,
      jobId: $asked.task_id
    },
    providerState: .status,
    state: states[$status],
    message: .error_msg,
    progress: progress,
    createTime: .create_time,
    updateTime: .update_time,
    error: (if $status == "FAILED" then {code: .error_code, message: .error_msg} else null end),
    spec: .export_params,
    result: ({path, version_id} | with_entries(select(.value != null))),
    raw: .
  }
