# One model invocation job (batch inference) of Amazon Bedrock: the reply of GetModelInvocationJob becomes a draft of a job record.
#
# Try it:
#   jq --argjson watch '{"parameters": {"jobIdentifier": "abcdefghijkl"}}' \
#     -f routes/providers/aws-bedrock-invocation-job.jq seeds/aws-bedrock-invocation-job/replies/04-in-progress.json

def states: {
  "Submitted": "QUEUED",
  "Validating": "QUEUED",
  "Scheduled": "QUEUED",
  "InProgress": "RUNNING",
  "Completed": "SUCCEEDED",
  "PartiallyCompleted": "PARTIALLY_SUCCEEDED",
  "Failed": "FAILED",
  "Stopping": "CANCELLING",
  "Stopped": "CANCELLED",
  "Expired": "FAILED"
};

def reasons: {
  "Expired": "EXPIRED"
};

{
  key: [.jobArn],
  type: .modelId,
  name: .jobName,
  provider: {
    name: "Amazon Web Services",
    service: "Bedrock",
    project: (.jobArn // "" | split(":")[4]),
    jobId: .jobArn
  },
  providerState: .status,
  state: states[.status // ""],
  reason: reasons[.status // ""],
  message: .message,
  createTime: .submitTime,
  endTime: .endTime,
  updateTime: .lastModifiedTime,
  progress: (if .totalRecordCount == null then null else {
    total: .totalRecordCount,
    completed: .successRecordCount,
    failed: .errorRecordCount,
    unit: "RECORD"
  } end),
  resource: .inputDataConfig.s3InputDataConfig.s3Uri,
  error: (if .status == "Failed" then {message} else null end),
  raw: .
}
