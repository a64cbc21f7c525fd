# One batch inference of Baidu Qianfan: the reply of DescribeBatchInferenceTask becomes a draft of a job record.
# https://cloud.baidu.com/doc/qianfan-api/s/Gmo1g4hxg
#
# Try it:
#   jq --argjson watch '{"parameters": {"taskId": "infer-1"}}' \
#     -f routes/providers/baidu-qianfan-batch-inference.jq seeds/baidu-qianfan-batch-inference/replies/01-queuing.json

def states: {
  "Queuing": "QUEUED",
  "Running": "RUNNING",
  "Done": "SUCCEEDED",
  "Stopping": "CANCELLING",
  "Stopped": "CANCELLED",
  "Failed": "FAILED",
  "Expired": "FAILED"
};

def reasons: {
  "Expired": "EXPIRED"
};

def present: with_entries(select(.value != null));

$watch.parameters as $asked
| .requestId as $request
| .result
| (.runStatus // "") as $status
| states[$status] as $state
| {
    key: [$asked.taskId],
    echo: {taskId},
    type: .source,
    name: .name,
    description: .description,
    provider: {
      name: "Baidu AI Cloud",
      service: "Qianfan",
      user: .creator,
      jobId: $asked.taskId,
      requestId: $request
    },
    providerState: .runStatus,
    state: $state,
    reason: reasons[$status],
    message: .errorReason,
    # Rows that are done, not per cent.
    progress: (if .progress == null then null else {completed: .progress, unit: "ROW"} end),
    createTime: .createTime,
    # The provider's samples have a finish time while a task runs.
    endTime: (if $state == "SUCCEEDED" or $state == "FAILED" or $state == "CANCELLED" then .finishTime else null end),
    error: (if $status == "Failed" then {code: (.errorCode | if . == null then null else tostring end), message: .errorReason} else null end),
    spec: ({endpoint, modelId, inferenceParams, inputBosUri} | present),
    result: ({outputBosUri, outputDir, inputTokenUsage, outputTokenUsage} | present),
    raw: .
  }
