# The system jobs of Huawei Cloud Octopus (autonomous driving): the job objects that all pages of "查询内部作业列表"
# (GET /v1.0/{project_id}/data/system-jobs) hold, in one array, become an array of drafts of job records.
#
# Try it:
#   jq .payload.list seeds/huawei-octopus-system-jobs/replies/01-queuing.json \
#     | jq --argjson watch '{"parameters": {"project_id": "p"}}' -f routes/providers/huawei-octopus-system-jobs.jq

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
| map(
    (.status // "") as $status
    | (.workspace_id // $asked.workspace_id) as $workspace
    | {
        key: [$asked.project_id, ($workspace // "0"), .id],
        echo: {project_id, workspace_id, data_id, id, job_types: .job_type},
        type: .job_type,
        provider: {
          name: "Huawei Cloud",
          service: "Octopus",
          project: $asked.project_id,
          workspace: $workspace,
          dataset: .data_id,
          jobId: (.id | text)
        },
        providerState: .status,
        state: states[$status],
        reason: reasons[$status],
        message: .msg_error,
        createTime: .create_at,
        startTime: .start_at,
        endTime: .end_at,
        updateTime: .update_at,
        queuedMillis: .submitting_duration,
        runMillis: .running_duration,
        resource: .resource_spec,
        error: {code: (.msg_code | text), message: .msg_error},
        raw: .
      }
  )
