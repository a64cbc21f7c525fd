# One job of Slurm (GET /slurm/{version}/job/{job_id} of slurmrestd) becomes a draft of a job record.
#
# Try it:
#   jq --argjson watch '{"parameters": {"version": "v0.0.43", "job_id": "4711"}}' \
#     -f routes/providers/slurm-job.jq seeds/slurm-job/replies/03-running.json

# The base states. Of those that are flags, COMPLETING and the like are below.
def states: {
  "PENDING": "QUEUED",
  "RUNNING": "RUNNING",
  "SUSPENDED": "PAUSED",
  "COMPLETED": "SUCCEEDED",
  "CANCELLED": "CANCELLED",
  "FAILED": "FAILED",
  "TIMEOUT": "FAILED",
  "DEADLINE": "FAILED",
  "NODE_FAIL": "FAILED",
  "BOOT_FAIL": "FAILED",
  "OUT_OF_MEMORY": "FAILED",
  "PREEMPTED": "FAILED"
};

def reasons: {
  "TIMEOUT": "TIMEOUT",
  "DEADLINE": "TIMEOUT",
  "NODE_FAIL": "PROVIDER_ERROR",
  "BOOT_FAIL": "PROVIDER_ERROR",
  "OUT_OF_MEMORY": "OUT_OF_MEMORY",
  "PREEMPTED": "PREEMPTED"
};

def among($words): . as $word | any($words[]; . == $word);

def ended: among(["SUCCEEDED", "CANCELLED", "FAILED"]);

# A number that may be unset or without an end, as data_parser writes it.
def number: if type == "object" and .set and (.infinite | not) then .number else null end;

# Seconds; 0 is none.
def time: number | if . == null or . == 0 then null else . * 1000 end;

# The state that flags make of a base state, and why.
def flagged($flags):
  if ended and any($flags[]; among(["COMPLETING", "STAGE_OUT"])) then {state: "RUNNING", reason: "FINALIZING"}
  elif any($flags[]; among(["REQUEUED", "REQUEUE_HOLD", "SPECIAL_EXIT"])) then {state: "QUEUED", reason: "RETRYING"}
  elif any($flags[]; . == "STOPPED") then {state: "PAUSED"}
  elif . == "RUNNING" and any($flags[]; among(["CONFIGURING", "POWER_UP_NODE"])) then {state: "STARTING"}
  else {state: .}
  end;

$watch.parameters as $asked
| (.jobs[0] // error("the reply has no job"))
| ([.job_state] | flatten) as $words
| ([$words[] | select(states[.])] | .[0]) as $base
| ($base | if . == null then {} else (states[.] | flagged($words)) end) as $now
| ($now.state // "" | ended) as $ended
| ([.state_description, .state_reason | strings | select(. != "" and . != "None")] | .[0]) as $message
| {
    key: [$asked.job_id],
    echo: {job_id: (.job_id | tostring)},
    name: .name,
    description: .comment,
    provider: {
      name: "Slurm",
      service: "slurmrestd",
      project: .account,
      workspace: .partition,
      user: .user_name,
      jobId: $asked.job_id
    },
    providerState: ($words | join(",")),
    state: $now.state,
    reason: ($now.reason // (if $ended then reasons[$base] else null end)),
    message: $message,
    attempt: (if .restart_cnt == null then null else .restart_cnt + 1 end),
    createTime: (.submit_time | time),
    # Of a job that waits, the start that is planned.
    startTime: (if $base == "PENDING" then null else (.start_time | time) end),
    # Of a job that runs, the end that its time limit sets.
    endTime: (if $ended then (.end_time | time) else null end),
    resource: .nodes,
    error: (if $ended and $now.state == "FAILED"
      then {code: (.exit_code.return_code | number | if . == null or . == 0 then null else tostring end), message: $message}
      else null end),
    spec: {partition, time_limit: (.time_limit | number), node_count: (.node_count | number), cpus: (.cpus | number)},
    raw: .
  }
