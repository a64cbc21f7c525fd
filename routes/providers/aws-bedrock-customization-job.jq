# One model customization job of Amazon Bedrock: the reply of GetModelCustomizationJob becomes a draft of a job record.
#
# Try it:
#   jq --argjson watch '{"parameters": {"jobIdentifier": "tone-7"}}' \
#     -f routes/providers/aws-bedrock-customization-job.jq seeds/aws-bedrock-customization-job/replies/02-training.json

def states: {
  "InProgress": "RUNNING",
  "Completed": "SUCCEEDED",
  "Failed": "FAILED",
  "Stopping": "CANCELLING",
  "Stopped": "CANCELLED"
};

{
  key: [.jobArn],
  type: .customizationType,
  name: .jobName,
  provider: {
    name: "Amazon Web Services",
    service: "Bedrock",
    project: (.jobArn // "" | split(":")[4]),
    jobId: .jobArn
  },
  providerState: .status,
  # Data are validated and processed before the training.
  state: (if .status == "InProgress" and .statusDetails.trainingDetails.status == "NotStarted" then "STARTING"
          else states[.status // ""] end),
  message: .failureMessage,
  createTime: .creationTime,
  endTime: .endTime,
  updateTime: .lastModifiedTime,
  resource: .baseModelArn,
  error: (if .failureMessage == null then null else {message: .failureMessage} end),
  spec: .hyperParameters,
  result: (if .outputModelArn == null then null else {outputModelName, outputModelArn, trainingMetrics, validationMetrics} end),
  raw: .
}
