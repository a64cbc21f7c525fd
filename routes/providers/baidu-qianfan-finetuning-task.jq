# One fine-tuning task of Baidu Qianfan: the reply of DescribeFineTuningTask becomes a draft of a job record.
# https://cloud.baidu.com/doc/qianfan-api/s/lmo1afnju
#
# Try it:
#   jq --argjson watch '{"parameters": {"taskId": "task-1"}}' \
#     -f routes/providers/baidu-qianfan-finetuning-task.jq seeds/baidu-qianfan-finetuning-task/replies/01-waiting.json

def states: {
  "Waiting": "QUEUED",
  "Running": "RUNNING",
  "Done": "SUCCEEDED",
  "Stopped": "CANCELLED",
  "Failed": "FAILED"
};

# "51%", while it runs.
def percent: (rtrimstr("%") | rtrimstr(" ") | tonumber)? // null;

$watch.parameters as $asked
| .requestId as $request
| .result
| {
    key: [$asked.taskId],
    echo: {taskId},
    type: .trainMode,
    mode: .parameterScale,
    name: .jobName,
    description: .jobDescription,
    provider: {
      name: "Baidu AI Cloud",
      service: "Qianfan",
      jobId: $asked.taskId,
      requestId: $request
    },
    providerState: .runStatus,
    state: states[.runStatus // ""],
    progress: {percent: (.runProgress | percent)},
    createTime: .createDate,
    endTime: .finishDate,
    spec: ({jobId, model, trainMode, parameterScale} | with_entries(select(.value != null))),
    result: .metrics,
    raw: .
  }
