# One job of AWS Batch: the reply of DescribeJobs becomes a draft of a job record.
#
# Try it:
#   jq --argjson watch '{"parameters": {"jobId": "876da822-4198-45f2-a252-6cea32512ea8"}}' \
#     -f routes/providers/aws-batch-job.jq seeds/aws-batch-job/replies/05-running.json

def states: {
  "SUBMITTED": "QUEUED",
  "PENDING": "QUEUED",
  "RUNNABLE": "QUEUED",
  "STARTING": "STARTING",
  "RUNNING": "RUNNING",
  "SUCCEEDED": "SUCCEEDED",
  "FAILED": "FAILED"
};

$watch.parameters as $asked
| .jobs[0]
| .statusReason as $why
| (.status == "FAILED" and (.isCancelled == true or .isTerminated == true)) as $cancelled
| (.arrayProperties.statusSummary // null) as $children
| {
    key: [$asked.jobId],
    echo: {jobId},
    name: .jobName,
    provider: {
      name: "Amazon Web Services",
      service: "Batch",
      project: (.jobArn // "" | split(":")[4]),
      jobId: $asked.jobId
    },
    providerState: .status,
    state: (if $cancelled then "CANCELLED" else states[.status // ""] end),
    reason: (if .status == "RUNNABLE" and ($why // "" | startswith("CAPACITY:")) then "QUOTA"
             elif .status == "RUNNABLE" and ($why // "" | startswith("MISCONFIGURATION:")) then "VALIDATION_ERROR"
             else null end),
    message: $why,
    attempt: ([(.attempts // [] | length), 1] | max),
    createTime: .createdAt,
    startTime: .startedAt,
    endTime: .stoppedAt,
    progress: (if $children == null then null else {
      total: .arrayProperties.size,
      completed: $children.SUCCEEDED,
      failed: $children.FAILED,
      unit: "JOB"
    } end),
    resource: .jobQueue,
    error: (if .status == "FAILED" and ($cancelled | not) then
              {code: (.container.exitCode | if . == null then null else tostring end), message: ($why // .container.reason)}
            else null end),
    raw: .
  }
