# One run of a Databricks job: the reply of "Get a single job run" (GET /api/2.2/jobs/runs/get) becomes a draft of a job record.
#
# Try it:
#   jq --argjson watch '{"parameters": {"run_id": "455644833"}}' \
#     -f routes/providers/databricks-run.jq seeds/databricks-run/replies/03-running.json

# Of a run that has ended, the code of its termination.
def states: {
  "BLOCKED": "QUEUED",
  "QUEUED": "QUEUED",
  "WAITING": "QUEUED",
  "PENDING": "STARTING",
  "RUNNING": "RUNNING",
  "TERMINATING": "RUNNING",
  "SUCCESS": "SUCCEEDED",
  "SUCCESS_WITH_FAILURES": "PARTIALLY_SUCCEEDED",
  "USER_CANCELED": "CANCELLED",
  "CANCELED": "CANCELLED",
  "SKIPPED": "CANCELLED",
  "DISABLED": "CANCELLED",
  "MAX_CONCURRENT_RUNS_EXCEEDED": "CANCELLED",
  "MAX_JOB_QUEUE_SIZE_EXCEEDED": "CANCELLED"
};

def reasons: {
  "TERMINATING": "FINALIZING",
  "SKIPPED": "SKIPPED",
  "DISABLED": "DISABLED",
  "MAX_CONCURRENT_RUNS_EXCEEDED": "MAX_CONCURRENT_RUNS_EXCEEDED",
  "MAX_JOB_QUEUE_SIZE_EXCEEDED": "MAX_JOB_QUEUE_SIZE_EXCEEDED"
};

$watch.parameters as $asked
| .status as $status
| ($status.termination_details // {}) as $termination
| ($status.state == "TERMINATED") as $ended
| ($ended and .state.result_state == "TIMEDOUT") as $timedOut
| (if $ended then $termination.code // "" else $status.state // "" end) as $code
| (if $timedOut then "FAILED"
   elif $ended then states[$code] // "FAILED"
   elif $code == "TERMINATING" and ($termination.code == "USER_CANCELED" or $termination.code == "CANCELED") then "CANCELLING"
   else states[$code] end) as $state
| ($state == "FAILED") as $failed
| {
    key: [$asked.run_id],
    echo: {run_id},
    type: .run_type,
    name: .run_name,
    provider: {
      name: "Databricks",
      service: "Jobs",
      user: .creator_user_name,
      jobId: $asked.run_id
    },
    providerState: $code,
    state: $state,
    reason: (if $timedOut then "TIMEOUT"
             elif $failed and ($termination.type == "INTERNAL_ERROR" or $termination.type == "CLOUD_FAILURE") then "PROVIDER_ERROR"
             elif $failed then $code
             elif $state == "CANCELLING" then null
             else $status.queue_details.code // reasons[$code] end),
    message: ($termination.message // $status.queue_details.message // .state.state_message),
    attempt: ((.attempt_number // 0) + ([(.repair_history // [] | length), 1] | max)),
    startTime: .start_time,
    endTime: .end_time,
    runMillis: (if $ended then .run_duration else null end),
    error: (if $failed then {code: $code, message: $termination.message} else null end),
    raw: .
  }
