# One transform job of Amazon SageMaker: the reply of DescribeTransformJob becomes a draft of a job record.
#
# Try it:
#   jq --argjson watch '{"parameters": {"TransformJobName": "demo-job-1"}}' \
#     -f routes/providers/aws-sagemaker-transform-job.jq seeds/aws-sagemaker-transform-job/replies/02-in-progress.json

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
| (.TransformJobStatus // "") as $status
| {
    key: [$asked.TransformJobName],
    echo: {TransformJobName},
    type: .TransformResources.InstanceType,
    name: .TransformJobName,
    provider: {
      name: "Amazon Web Services",
      service: "SageMaker",
      project: (.TransformJobArn // "" | split(":")[4]),
      jobId: $asked.TransformJobName
    },
    providerState: .TransformJobStatus,
    # Without a start time it has not started yet.
    state: (if $status == "InProgress" and .TransformStartTime == null then "STARTING" else states[$status] end),
    message: .FailureReason,
    createTime: (.CreationTime | millis),
    startTime: (.TransformStartTime | millis),
    endTime: (.TransformEndTime | millis),
    updateTime: (.LastModifiedTime | millis),
    error: (if .FailureReason == null then null else {message: .FailureReason} end),
    raw: .
  }
