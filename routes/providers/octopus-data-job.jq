# One data job of Huawei Cloud Octopus (autonomous driving): the reply of "查询作业详情" (QueryJobDetail) becomes a draft of a
# job record.
# https://support.huaweicloud.com/api-octopus/QueryJobDetail.html
#
# Try it:
#   jq --argjson watch '{"parameters": {"project_id": "p", "id": "1"}}' \
#     -f routes/providers/octopus-data-job.jq seeds/octopus-data-job/replies/01-queuing.json

def states: {
  "QUEUING": "QUEUED",
  "LAUNCHING": "STARTING",
  "RUNNING": "RUNNING",
  "UPLOADING": "RUNNING",
  "FINISHED": "SUCCEEDED",
  "STOPPED": "CANCELLED",
  "SUBMIT_FAILED": "FAILED",
  "RUN_FAILED": "FAILED",
  "UPLOAD_FAILED": "FAILED"
};

def reasons: {
  "UPLOADING": "FINALIZING",
  "SUBMIT_FAILED": "SUBMIT_FAILED",
  "RUN_FAILED": "RUN_FAILED",
  "UPLOAD_FAILED": "UPLOAD_FAILED"
};

def text: if . == null then null else tostring end;

$watch.parameters as $asked
| .payload.item
| (.status // "") as $status
| {
    key: [$asked.project_id, $asked.id],
    echo: {project_id, id},
    type: .output_type,
    name: .processor_name,
    provider: {
      name: "Huawei Cloud",
      service: "Octopus",
      project: $asked.project_id,
      workspace: .workspace_id,
      dataset: .data_id,
      user: .user_id,
      jobId: $asked.id
    },
    providerState: .status,
    state: states[$status],
    reason: reasons[$status],
    message: .msg_error,
    createTime: .create_at,
    startTime: .start_at,
    endTime: .end_at,
    updateTime: .update_at,
    resource: .resource_spec,
    error: {code: (.msg_code | text), message: .msg_error},
    raw: .
  }
