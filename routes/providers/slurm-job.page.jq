# The states of many jobs of Slurm, by their ids: {found, next}. This call has states and nothing else, so a job that has ended
# is left out: it is asked for alone, and then has its exit code, its times and its reason.
def ended: . as $state
  | any("COMPLETED", "CANCELLED", "FAILED", "TIMEOUT", "DEADLINE", "NODE_FAIL", "BOOT_FAIL", "OUT_OF_MEMORY", "PREEMPTED";
      . == $state);

{
  found: (
    [.jobs[]
      | {job_id, job_state: .state}
      | select(all(.job_state[]; ended | not))
      | {(.job_id | tostring): {jobs: [.]}}]
    | add // {}),
  next: null
}
