# One training job of Amazon SageMaker: the reply of DescribeTrainingJob becomes a draft of a job record.
#
# Try it:
#   jq --argjson watch '{"parameters": {"TrainingJobName": "demo-job-1"}}' \
#     -f routes/providers/aws-sagemaker-training-job.jq seeds/aws-sagemaker-training-job/replies/04-training.json

# The secondary status of a job that is in progress or was stopped, the status of any other.
def states: {
  "Pending": "QUEUED",
  "Starting": "STARTING",
  "LaunchingMLInstances": "STARTING",
  "PreparingTrainingStack": "STARTING",
  "DownloadingTrainingImage": "STARTING",
  "Downloading": "STARTING",
  "Training": "RUNNING",
  "Updating": "RUNNING",
  "Uploading": "RUNNING",
  "Interrupted": "QUEUED",
  "Restarting": "STARTING",
  "Stopping": "CANCELLING",
  "Deleting": "CANCELLING",
  "Completed": "SUCCEEDED",
  "Failed": "FAILED",
  "Stopped": "CANCELLED",
  "MaxRuntimeExceeded": "FAILED",
  "MaxWaitTimeExceeded": "FAILED"
};

def reasons: {
  "Pending": "QUOTA",
  "Uploading": "FINALIZING",
  "Interrupted": "PREEMPTED",
  "Restarting": "RETRYING",
  "Deleting": "DELETING",
  "MaxRuntimeExceeded": "TIMEOUT",
  "MaxWaitTimeExceeded": "TIMEOUT"
};

# Times are in seconds, with a fraction. Through text, since only that makes a whole number of them.
def millis: if . == null then null else . * 1000 | floor | tostring | tonumber end;

$watch.parameters as $asked
| .TrainingJobStatus as $status
| (if $status == "InProgress" or $status == "Stopped" then .SecondaryStatus // $status else $status // "" end) as $word
| (.SecondaryStatusTransitions // []) as $transitions
| {
    key: [$asked.TrainingJobName],
    echo: {TrainingJobName},
    type: .ResourceConfig.InstanceType,
    name: .TrainingJobName,
    provider: {
      name: "Amazon Web Services",
      service: "SageMaker",
      project: (.TrainingJobArn // "" | split(":")[4]),
      jobId: $asked.TrainingJobName
    },
    providerState: $word,
    state: (states[$word] // (if $status == "InProgress" then "RUNNING" else null end)),
    reason: reasons[$word],
    message: (.FailureReason // ($transitions | last | .StatusMessage?)),
    attempt: (1 + ($transitions | map(select(.Status == "Interrupted" or .Status == "Restarting")) | length)),
    createTime: (.CreationTime | millis),
    startTime: (.TrainingStartTime | millis),
    endTime: (.TrainingEndTime | millis),
    updateTime: (.LastModifiedTime | millis),
    runMillis: (.TrainingTimeInSeconds | millis),
    error: (if .FailureReason == null then null else {message: .FailureReason} end),
    result: (if $status == "Completed" then .ModelArtifacts else null end),
    raw: .
  }
