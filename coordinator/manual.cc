#include "coordinator/manual.h"

namespace prelabel {

Manual CoordinatorManual() {
  Manual manual;
  manual.summary = "label image and video datasets with pre-trained models";
  manual.description = {
      "`prelabel` reads a job, a YAML file that names a dataset and a model, cuts the dataset into "
      "tasks and gives them to workers, `prelabel-worker` processes on this and on other machines. "
      "It writes one set of labels, a report that says how far they can be trusted, and a queue of "
      "what people should look at first.",
      "A run that was stopped or killed goes on with what is missing when the same command is "
      "given "
      "again. What each command below calls a run is the directory that the job names as "
      "`output.dir`."};
  manual.exit_statuses = {{"0", "done"},
                          {"1", "failed"},
                          {"2", "bad job or usage"},
                          {"3", "finished with quarantined items"},
                          {"130 and 143", "stopped by a signal (the same command goes on)"}};
  manual.environment = {
      {"PRELABEL_KEY",
       "overrides a key of the job, in capitals and with `_` for `.`: "
       "`PRELABEL_CLUSTER_WORKERS=4`. "
       "`--set` comes before it, the job file after it."},
      {"PATH", "where `prelabel-worker` is looked for if it is not beside `prelabel`."}};
  manual.files = {
      {"RUN/job.yaml", "the job as it was resolved; `prelabel run RUN/job.yaml` goes on with it."},
      {"RUN/labels", "labels in the formats of the job."},
      {"RUN/report/report.html", "the report; `report.json` for programs."},
      {"RUN/review/queue.jsonl", "what people should look at, the most useful first."},
      {"RUN/log.jsonl", "a JSON object for every change of state."},
      {"RUN/run.db", "the tasks and their results."},
      {"RUN/status.json", "how the run is doing; what `prelabel status` reads."},
      {"RUN/worker-N.log", "what a worker that the run started has written."}};
  manual.examples = {
      {"prelabel plan job.yaml", "Check a job, and try its model on a sample:"},
      {"prelabel run job.yaml --set cluster.workers=4", "Label a dataset with four local workers:"},
      {"prelabel status RUN --watch", "Look on until the run has ended:"},
      {"prelabel status RUN --watch --output quiet && prelabel export RUN --format yolo",
       "Wait for a run in a script, and go on where all is well:"},
      {"prelabel drain RUN 2-5,9 gpu-1", "Send workers 2 to 5, 9 and those on a host away:"},
      {"prelabel report RUN --set labels.threshold=0.5", "Other labels of the same predictions:"},
      {"prelabel keygen keys --name gpu-1\nprelabel serve job.yaml --set cluster.keys=keys",
       "Have workers join from other machines:"},
      {"source <(prelabel completion bash)", "Complete commands and options in bash:"}};
  manual.see_also = {"prelabel-worker(1)"};
  return manual;
}

}  // namespace prelabel
