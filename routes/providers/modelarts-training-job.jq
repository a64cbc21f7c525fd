# One training job of ModelArts: the reply of "Querying the Details About a Training Job" becomes a draft of a job record.
# https://support.huaweicloud.com/intl/en-us/api-modelarts/ShowTrainingJobDetails.html
#
# Try it:
#   jq --argjson watch '{"parameters": {"project_id": "p", "training_job_id": "j"}}' \
#     -f routes/providers/modelarts-training-job.jq seeds/modelarts-training-job/replies/01-creating.json

def states: {
  "Creating": "QUEUED",
  "Pending": "QUEUED",
  "Running": "RUNNING",
  "Completed": "SUCCEEDED",
  "Failed": "FAILED",
  "Abnormal": "FAILED",
  "Terminating": "CANCELLING",
  "Terminated": "CANCELLED"
};

def reasons: {
  "Abnormal": "PROVIDER_ERROR"
};

# Records of runs are in seconds.
def milliseconds: if . == null then null else . * 1000 end;

$watch.parameters as $asked
| (.status.phase // "") as $phase
| states[$phase] as $state
| (.status.running_records // []) as $runs
| ($state == "FAILED") as $failed
| {
    key: [$asked.project_id, $asked.training_job_id],
    echo: {training_job_id: .metadata.id},
    name: .metadata.name,
    description: .metadata.description,
    provider: {
      name: "Huawei Cloud",
      service: "ModelArts",
      project: $asked.project_id,
      workspace: .metadata.workspace_id,
      user: .metadata.user_name,
      jobId: $asked.training_job_id
    },
    providerState: .status.phase,
    state: $state,
    reason: reasons[$phase],
    attempt: (if $runs == [] then null else $runs | length end),
    createTime: .metadata.create_time,
    # The unit of status.start_time is not stated.
    startTime: ($runs[0].start_at | milliseconds),
    endTime: (if $failed or $state == "SUCCEEDED" or $state == "CANCELLED" then $runs[-1].end_at | milliseconds else null end),
    runMillis: .status.duration,
    resource: .spec.resource.flavor_id,
    error: (if $failed then {code: .status.secondary_phase, message: $runs[-1].end_reason} else null end),
    spec: {algorithm, spec},
    raw: .
  }
