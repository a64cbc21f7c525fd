# One fine-tuning job of OpenAI: the reply of "Retrieve fine-tuning job" (GET /v1/fine_tuning/jobs/{fine_tuning_job_id}) becomes a
# draft of a job record.
#
# Try it:
#   jq --argjson watch '{"parameters": {"fine_tuning_job_id": "ftjob-abc123"}}' \
#     -f routes/providers/openai-fine-tuning-job.jq seeds/openai-fine-tuning-job/replies/03-running.json

# No page lists paused, but the job can be paused.
def states: {
  "validating_files": "STARTING",
  "queued": "QUEUED",
  "running": "RUNNING",
  "paused": "PAUSED",
  "succeeded": "SUCCEEDED",
  "failed": "FAILED",
  "cancelled": "CANCELLED"
};

# Times are in seconds.
def millis: if . == null then null else . * 1000 end;

$watch.parameters as $asked
| (if .status == "failed" then .error | objects | {code, message} else null end) as $error
| {
    key: [$asked.fine_tuning_job_id],
    echo: {fine_tuning_job_id: .id},
    type: .method.type,
    name: .model,
    provider: {
      name: "OpenAI",
      service: "Fine-tuning",
      project: .organization_id,
      jobId: $asked.fine_tuning_job_id
    },
    providerState: .status,
    state: states[.status // ""],
    reason: (if $error.code == null then null else $error.code | ascii_upcase | gsub("[^A-Z0-9_]"; "_") end),
    message: $error.message,
    createTime: (.created_at | millis),
    endTime: (.finished_at | millis),
    resource: .training_file,
    error: $error,
    spec: .hyperparameters,
    result: (if .fine_tuned_model == null then null else {fine_tuned_model, trained_tokens, result_files} end),
    raw: .
  }
