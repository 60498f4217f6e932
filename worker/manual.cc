#include "worker/manual.h"

namespace prelabel {

Manual WorkerManual() {
  Manual manual;
  manual.summary = "join a prelabel coordinator and label until the run is over";
  manual.description = {
      "`prelabel-worker` connects to a coordinator, `prelabel run` or `prelabel serve`, looks at "
      "the "
      "images and frames that it is given with the model of the run, and sends back what it finds. "
      "It ends when the run is over. SIGTERM and SIGINT have it hand back what it has, which costs "
      "the run nothing.",
      "A coordinator on another machine can have it read only what is below a `--data-root`, or "
      "sends data and model itself (`cluster.transport: stream` in its job)."};
  manual.exit_statuses = {{"0", "the run is over"},
                          {"1", "failed or not let in by a coordinator"},
                          {"2", "bad usage"},
                          {"130 and 143", "stopped by a signal"}};
  manual.environment = {
      {"XDG_CACHE_HOME, HOME",
       "where models that a coordinator sends are kept without `--model-cache`."}};
  manual.files = {
      {"~/.cache/prelabel/models",
       "models that coordinators have sent, by their SHA-256; may be emptied at any time."}};
  manual.examples = {
      {"prelabel-worker --connect tcp://HOST:5577 --keys gpu-1",
       "Join a coordinator that sends data and model, with the keys that `prelabel keygen` made:"},
      {"prelabel-worker --connect tcp://HOST:5577 --keys gpu-1 --data-root /data --data-root "
       "/models",
       "The same where both machines see the data:"},
      {"prelabel-worker --connect tcp://HOST:5577 --device cuda:0,cuda:1 --precision fp16",
       "On two GPUs, in half precision:"}};
  manual.see_also = {"prelabel(1)"};
  return manual;
}

}  // namespace prelabel
