# One processing job of Amazon SageMaker: the reply of DescribeProcessingJob becomes a draft of a job record.
#
# Try it:
#   jq --argjson watch '{"parameters": {"ProcessingJobName": "demo-job-1"}}' \
#     -f routes/providers/aws-sagemaker-processing-job.jq seeds/aws-sagemaker-processing-job/replies/02-in-progress.json

def states: {
  "InProgress": "RUNNING",
  "Completed": "SUCCEEDED",
  "Failed": "FAILED",
  "Stopping": "CANCELLING",
  "Stopped": "CANCELLED"
};

# Times are in seconds, with a fraction. Through text, since only that makes a whole number of them.
def millis: if . == null then null else . * 1000 | floor | tostring | tonumber end;

$watch.parameters as $asked
| (.ProcessingJobStatus // "") as $status
| {
    key: [$asked.ProcessingJobName],
    echo: {ProcessingJobName},
    type: .ProcessingResources.ClusterConfig.InstanceType,
    name: .ProcessingJobName,
    provider: {
      name: "Amazon Web Services",
      service: "SageMaker",
      project: (.ProcessingJobArn // "" | split(":")[4]),
      jobId: $asked.ProcessingJobName
    },
    providerState: .ProcessingJobStatus,
    # Without a start time it has not started yet.
    state: (if $status == "InProgress" and .ProcessingStartTime == null then "STARTING" else states[$status] end),
    message: (.FailureReason // .ExitMessage),
    createTime: (.CreationTime | millis),
    startTime: (.ProcessingStartTime | millis),
    endTime: (.ProcessingEndTime | millis),
    updateTime: (.LastModifiedTime | millis),
    error: (if .FailureReason == null then null else {message: .FailureReason} end),
    raw: .
  }
