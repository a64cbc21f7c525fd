# One batch of OpenAI: the reply of "Retrieve batch" (GET /v1/batches/{batch_id}) becomes a draft of a job record.
#
# Try it:
#   jq --argjson watch '{"parameters": {"batch_id": "batch_abc123"}}' \
#     -f routes/providers/openai-batch.jq seeds/openai-batch/replies/02-in-progress.json

def states: {
  "validating": "STARTING",
  "in_progress": "RUNNING",
  "finalizing": "RUNNING",
  "completed": "SUCCEEDED",
  "failed": "FAILED",
  "expired": "FAILED",
  "cancelling": "CANCELLING",
  "cancelled": "CANCELLED"
};

def reasons: {
  "finalizing": "FINALIZING",
  "expired": "EXPIRED"
};

# Times are in seconds.
def millis: if . == null then null else . * 1000 end;

$watch.parameters as $asked
| (.status // "") as $status
| (.errors.data // [] | .[0]) as $first
| {
    key: [$asked.batch_id],
    echo: {batch_id: .id},
    type: .endpoint,
    provider: {name: "OpenAI", service: "Batch", jobId: $asked.batch_id},
    providerState: .status,
    state: (if $status == "completed" and (.request_counts.failed // 0) > 0 then "PARTIALLY_SUCCEEDED" else states[$status] end),
    reason: reasons[$status],
    message: $first.message,
    createTime: (.created_at | millis),
    startTime: (.in_progress_at | millis),
    endTime: (.completed_at // .failed_at // .expired_at // .cancelled_at | millis),
    progress: (.request_counts // {} | {total, completed, failed, unit: "REQUEST"}),
    resource: .input_file_id,
    error: (if $first == null then null else {code: $first.code, message: $first.message} end),
    result: (if .output_file_id == null and .error_file_id == null then null else {output_file_id, error_file_id} end),
    raw: .
  }
