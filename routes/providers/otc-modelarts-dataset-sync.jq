# The dataset synchronisation of Open Telekom Cloud ModelArts: the reply of "Querying the Status of a Dataset
# Synchronization Task" becomes a draft of a job record.
# https://support.huaweicloud.com/intl/en-us/api-modelarts/SyncDataSourceState.html (the same API on Huawei Cloud)
#
# Try it:
#   jq --argjson watch '{"parameters": {"project_id": "p", "dataset_id": "d"}}' \
#     -f routes/providers/otc-modelarts-dataset-sync.jq seeds/otc-modelarts-dataset-sync/replies/01-queuing.json

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

def given: select(. != null and . != "");

# The unit of create_time is not stated. Its siblings are in milliseconds; what is too small for that is in seconds.
def milliseconds: if type == "number" and . < 100000000000 then . * 1000 else . end;

def progress:
  {total: .total_sample_count, added: .add_sample_count, deleted: .deleted_sample_count}
  | if [.[] | given] == [] then null else . + {unit: "SAMPLE"} end;

$watch.parameters as $asked
| (.status // "") as $status
| {
    # One status per dataset, that of the latest task: only these tell one task from the next.
    key: [$asked.project_id, $asked.dataset_id, ((.task_id | given) // (.create_time | given) // empty)],
    echo: {dataset_id},
    provider: {
      name: "Open Telekom Cloud",
      service: "ModelArts",
      project: $asked.project_id,
      dataset: $asked.dataset_id,
      jobId: .task_id
    },
    providerState: .status,
    state: states[$status],
    reason: reasons[$status],
    message: .error_msg,
    progress: progress,
    createTime: (.create_time | milliseconds),
    # A good reply may carry a code too (ModelArts.4900 to 4964), which is information, not an error.
    error: (if $status == "FAILED" then {code: .error_code, message: .error_msg} else null end),
    raw: .
  }
