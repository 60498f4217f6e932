// prelabel: the coordinator's command line.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <iostream>
#include <optional>
#include <string>

#include "common/base/nearest_name.h"
#include "common/command_line/describe_itself.h"
#include "coordinator/cli/audit_command.h"
#include "coordinator/cli/compare_command.h"
#include "coordinator/cli/control_command.h"
#include "coordinator/cli/model_command.h"
#include "coordinator/cli/open_label_writer.h"
#include "coordinator/cli/plan_command.h"
#include "coordinator/cli/prepare_run.h"
#include "coordinator/cli/profile_command.h"
#include "coordinator/cli/run_command.h"
#include "coordinator/cli/run_security.h"
#include "coordinator/cli/start_workers.h"
#include "coordinator/cli/status_command.h"
#include "coordinator/cli/validate_command.h"
#include "coordinator/cli/write_outputs.h"
#include "coordinator/manual.h"

namespace prelabel {
namespace {

int Report(const std::string& run, const std::vector<std::string>& set) {
  auto context = LoadRunContext(run, set);
  if (!context) return Fail(context.error());
  auto store = OpenSqliteStoreReadOnly(context.value().paths.Database().string());
  if (!store) return Fail(store.error());
  if (auto same = CheckRunIsOf(context.value(), *store.value()); !same) return Fail(same.error());
  auto stored = store.value()->GetMeta(kRunInfoKey);
  if (!stored) return Fail(stored.error());
  auto outputs = WriteOutputs(context.value(), *store.value(),
                              stored.value() ? ParseRunInfo(*stored.value()) : RunInfo{});
  if (!outputs) return Fail(outputs.error());
  return ShowOutcome(outputs.value(), context.value());
}

int Compare(const CompareArguments& arguments) {
  auto text = CompareRuns(arguments);
  if (!text) return Fail(text.error());
  fmt::print("{}", text.value());
  return kExitDone;
}

struct ExportArguments {
  std::string run;
  std::string format;
  std::string out;
  bool raw = false;
  bool frames = false;
  std::string route;
  std::vector<std::string> set;
};

int Export(const ExportArguments& arguments) {
  if (arguments.format.empty() && !arguments.frames) {
    return Fail(InvalidArgument("nothing to export: give --format, --frames or both"));
  }
  std::optional<Route> route;
  if (!arguments.route.empty()) {
    route = ParseRoute(arguments.route);
    if (arguments.format.empty()) return Fail(InvalidArgument("--route needs --format"));
  }
  auto context = LoadRunContext(arguments.run, arguments.set);
  if (!context) return Fail(context.error());
  if (!arguments.format.empty()) {
    auto store = OpenSqliteStoreReadOnly(context.value().paths.Database().string());
    if (!store) return Fail(store.error());
    if (auto same = CheckRunIsOf(context.value(), *store.value()); !same) {
      return Fail(same.error());
    }
    auto exported = ExportLabels(context.value(), *store.value(), arguments.format, arguments.raw,
                                 arguments.frames ? std::string() : arguments.out, route);
    if (!exported) return Fail(exported.error());
    fmt::print("{}\n", std::filesystem::proximate(exported.value().path).string());
    if (!exported.value().damaged.empty()) {
      NoteDamage(exported.value().damaged, context.value().paths);
    }
  }
  if (arguments.frames) {
    const std::filesystem::path folder = arguments.out.empty()
                                             ? context.value().paths.Labels() / "frames"
                                             : std::filesystem::path(arguments.out);
    auto written = ExportFrames(context.value(), folder);
    if (!written) return Fail(written.error());
    fmt::print("{} frames in {}\n", written.value(), std::filesystem::proximate(folder).string());
  }
  return kExitDone;
}

int Profile(const ProfileArguments& arguments) {
  auto told = MakeProfile(arguments);
  if (!told) return Fail(told.error());
  fmt::print("{}", told.value());
  return kExitDone;
}

int Tell(const Result<std::string>& told) {
  if (!told) return Fail(told.error());
  fmt::print("{}", told.value());
  return kExitDone;
}

int ShowLaunch(const std::string& job, const std::vector<std::string>& set) {
  auto context = LoadJobContext(job, set);
  if (!context) return Fail(context.error());
  return Tell(DescribeLaunch(context.value()));
}

int Keygen(const std::string& folder, const std::string& name) {
  auto explanation = GenerateKeysAndExplain(folder, name);
  if (!explanation) return Fail(explanation.error());
  fmt::print("{}", explanation.value());
  return kExitDone;
}

// As they go to the worker program.
struct ModelCheckWords {
  std::string card;
  std::string image;
  std::string out;
  std::string device = "auto";
  float threshold = 0.3F;

  std::vector<std::string> Arguments() const {
    std::vector<std::string> words{"--device", device, "--threshold", fmt::format("{}", threshold)};
    if (!out.empty()) words.insert(words.end(), {"--out", out});
    words.push_back(card);
    if (!image.empty()) words.push_back(image);
    return words;
  }
};

CLI::App* AddModelCheck(CLI::App& app, ModelCheckWords& words) {
  CLI::App* model = app.add_subcommand("model", "Try models (docs/models.md)");
  model->require_subcommand(1);
  CLI::App* command = model->add_subcommand(
      "check", "Load a model, run it, time it, and draw what it finds in a picture");
  command->add_option("card", words.card, "The model card (model.yaml)")
      ->type_name("FILE")
      ->required();
  command->add_option("image", words.image, "A picture to look at")->type_name("FILE");
  command
      ->add_option("--out,-o", words.out,
                   "The picture to draw, a JPEG file; default: the name of IMAGE with -check.jpg, "
                   "in the current folder")
      ->type_name("FILE");
  command->add_option("--device", words.device, "auto, cpu or cuda:N")->capture_default_str();
  command->add_option("--threshold", words.threshold, "What scores more than this is shown")
      ->check(CLI::Range(0.0, 1.0))
      ->capture_default_str();
  command->footer("Exit status: 0 done, 1 failed, 2 bad card or usage.");
  return command;
}

// `tasks`: theirs, too.
void AddStates(CLI::App* command, std::vector<std::string>& states, bool tasks) {
  std::vector<std::string> known(kWorkerStates.begin(), kWorkerStates.end());
  if (tasks) known.insert(known.begin(), kTaskStates.begin(), kTaskStates.end());
  command
      ->add_option("--state", states,
                   tasks ? "Only tasks and workers in this state, and failures where it is failed; "
                           "several with commas between"
                         : "Only workers in this state; several with commas between")
      ->check(CLI::IsMember(known))
      ->delimiter(',')
      ->allow_extra_args(false);
}

void AddOutput(CLI::App* command, std::string& output, bool& json, const char* quiet) {
  CLI::Option* option =
      command
          ->add_option(
              "--output", output,
              fmt::format("What is printed: text; json, the same for programs; quiet, {}", quiet))
          ->check(CLI::IsMember({"text", "json", "quiet"}))
          ->capture_default_str();
  command->add_flag("--json", json, "The same as --output json")->excludes(option);
}

CLI::App* AddStatus(CLI::App& app, StatusArguments& status) {
  CLI::App* command = app.add_subcommand(
      "status", "How a run is doing, and why each unfinished task is not done yet");
  command->add_option("run", status.run, "The run directory (the job's output.dir)")
      ->type_name("DIR")
      ->required();
  AddOutput(command, status.output, status.json, "its state in a word, and an exit status");
  command->add_flag("--all", status.all, "Every task and failure, not only the first lines");
  command->add_flag("--watch,-w", status.watch,
                    "Go on until the run has ended: in a terminal a screen, elsewhere a line a "
                    "change");
  command
      ->add_option(
          "--tasks", status.filter.tasks,
          "Only these unfinished tasks: 3, 10-20, several of them with commas between; all; "
          "last")
      ->type_name("TASKS")
      ->allow_extra_args(false);
  command
      ->add_option("--worker", status.filter.workers,
                   "Only these workers and the tasks at them: numbers and hosts, 3, 2-5, gpu-1, "
                   "several of them with commas between; all; last")
      ->type_name("WORKERS")
      ->allow_extra_args(false);
  AddStates(command, status.filter.states, true);
  command->footer(
      "Exit status: 0 it could be read, 1 failed, 2 there is no run, or bad usage. With --watch "
      "and\n"
      "--output quiet that of the run: 0 finished, 1 failed, 3 finished with quarantined items, 4 "
      "it\n"
      "goes on, 5 it is unfinished and no coordinator works on it.");
  return command;
}

CLI::App* AddWorkers(CLI::App& app, WorkersArguments& workers) {
  CLI::App* command = app.add_subcommand("workers", "Who works on a run");
  command->add_option("run", workers.run, "The run directory")->type_name("DIR")->required();
  command->add_option(
      "worker", workers.workers,
      "Only these: numbers and hosts, 3, 2-5, gpu-1, several of them with commas or "
      "blanks between; all; last, who joined last");
  AddStates(command, workers.states, false);
  AddOutput(command, workers.output, workers.json, "their numbers, a line each");
  return command;
}

// The parser would say only that a command is missing.
Error UnknownCommand(const CLI::App& app, const std::string& word) {
  std::vector<std::string> names;
  for (const CLI::App* command : app.get_subcommands({})) names.push_back(command->get_name());
  const auto nearest = NearestName(word, names);
  return InvalidArgument(fmt::format("unknown command '{}'; {}", word,
                                     nearest
                                         ? fmt::format("did you mean '{}'?", *nearest)
                                         : fmt::format("write one of {}", fmt::join(names, ", "))));
}

int Main(int argc, char** argv) {
  CLI::App app(
      "Pre-labels image and video datasets with pre-trained models, on any number of workers.",
      "prelabel");
  app.set_version_flag("--version", "prelabel " PRELABEL_VERSION);
  app.require_subcommand(1);
  const Manual manual = CoordinatorManual();
  app.footer(ExitStatusLine(manual));

  PlanArguments plan;
  CLI::App* plan_command = app.add_subcommand(
      "plan", "What a job would do: check it, count items, try the model on a sample");
  plan_command->add_option("job", plan.job_file, "The job file (docs/job-file.md)")
      ->type_name("FILE")
      ->required();
  plan_command
      ->add_option("--set", plan.set,
                   "Override a key of the job: --set labels.threshold=0.5; repeatable")
      ->type_name("KEY=VALUE")
      ->allow_extra_args(false);
  plan_command
      ->add_option("--sample", plan.sample,
                   "What the model tries, on this machine: a number of items, or a share (of at "
                   "least 32 and at most 1,000); 0: nothing")
      ->type_name("N|N%")
      ->capture_default_str();
  plan_command->add_flag("--quiet,-q", plan.quiet, "No progress on standard error");
  plan_command->footer("No labels are written, and no run directory.");

  RunArguments run;
  const auto add_job = [&run](CLI::App* command) {
    command->add_option("job", run.job_file, "The job file (docs/job-file.md)")
        ->type_name("FILE")
        ->required();
    command
        ->add_option("--set", run.set,
                     "Override a key of the job: --set cluster.workers=4; repeatable")
        ->type_name("KEY=VALUE")
        ->allow_extra_args(false);
    command->add_flag("--quiet,-q", run.quiet, "No progress on standard error");
    command->add_flag("--retry-failed", run.retry_failed,
                      "Try quarantined items again; everything else stays as it is");
  };
  CLI::App* run_command = app.add_subcommand(
      "run", "Label a dataset: read the job, start its workers, write labels and a report");
  add_job(run_command);
  CLI::App* serve_command = app.add_subcommand(
      "serve", "The same with workers that join from elsewhere (prelabel-worker --connect)");
  add_job(serve_command);
  std::string launch_job;
  std::vector<std::string> launch_set;
  CLI::App* launch_command = app.add_subcommand(
      "launch", "What `prelabel run` would do to start a job's workers: commands and scripts");
  launch_command->add_option("job", launch_job, "The job file (docs/job-file.md)")
      ->type_name("FILE")
      ->required();
  launch_command
      ->add_option("--set", launch_set,
                   "Override a key of the job: --set cluster.workers=4; repeatable")
      ->type_name("KEY=VALUE")
      ->allow_extra_args(false);
  bool dry_run = false;  // required: `prelabel run` is what starts them
  launch_command
      ->add_flag("--dry-run", dry_run, "Print them; nothing is started (`prelabel run` does)")
      ->required();

  std::string run_dir;
  std::vector<std::string> set;
  const auto add_run = [&](CLI::App* command, std::string& into,
                           std::vector<std::string>& set_into) {
    command->add_option("run", into, "The run directory (the job's output.dir)")
        ->type_name("DIR")
        ->required();
    command->add_option("--set", set_into, "Override a key of the job: --set labels.threshold=0.5")
        ->type_name("KEY=VALUE")
        ->allow_extra_args(false);
  };
  StatusArguments status;
  CLI::App* status_command = AddStatus(app, status);
  WorkersArguments workers;
  CLI::App* workers_command = AddWorkers(app, workers);
  std::vector<std::string> drained;
  CLI::App* drain_command =
      app.add_subcommand("drain", "Have workers hand back what they have, and leave");
  drain_command->add_option("run", run_dir, "The run directory")->type_name("DIR")->required();
  drain_command
      ->add_option(
          "worker", drained,
          "Numbers (prelabel workers) and hosts: 3, 2-5, gpu-1, several of them with commas "
          "or blanks between; all; last, who joined last")
      ->required();
  const auto add_control = [&](const char* name, const char* text) {
    CLI::App* command = app.add_subcommand(name, text);
    command->add_option("run", run_dir, "The run directory")->type_name("DIR")->required();
    return command;
  };
  CLI::App* pause_command = add_control("pause", "Give out nothing more until prelabel resume");
  CLI::App* resume_command = add_control("resume", "Go on after prelabel pause");
  CLI::App* cancel_command =
      add_control("cancel", "Stop a run, as Ctrl-C does; the same command goes on later");
  CLI::App* report_command = app.add_subcommand(
      "report", "Write labels and reports again from stored predictions; no model runs");
  add_run(report_command, run_dir, set);
  // With --compare there is no run to report on.
  report_command->get_option("run")->required(false);
  std::vector<std::string> compare;
  std::string compare_out;
  CLI::Option* compare_option =
      report_command
          ->add_option("--compare", compare,
                       "Two runs, or their report.json, side by side; nothing is written again")
          ->type_name("PATH")
          ->expected(2);
  report_command->add_option("--out,-o", compare_out, "With --compare: the page to write")
      ->type_name("FILE")
      ->needs(compare_option);

  ExportArguments arguments;
  CLI::App* export_command = app.add_subcommand("export", "Write a run's labels in another format");
  add_run(export_command, arguments.run, arguments.set);
  export_command->add_option("--format", arguments.format, "The format (docs/formats.md)")
      ->check(CLI::IsMember(ExportFormats()));
  export_command
      ->add_option("--out,-o", arguments.out, "File or folder to write; default: below RUN/labels")
      ->type_name("PATH");
  export_command->add_flag("--raw", arguments.raw,
                           "coco-results: everything that the model said above the raw threshold");
  export_command->add_option("--route", arguments.route, "Only labels that go this way")
      ->check(CLI::IsMember({"auto", "review", "manual"}));
  export_command->add_flag("--frames", arguments.frames,
                           "Write the videos' frames as JPEG files under the names in coco.json");

  ProfileArguments profile;
  CLI::App* profile_command = app.add_subcommand(
      "profile", "Keep what a run looks like as a reference that other runs are compared with");
  profile_command->add_option("run", profile.run, "The run directory (the job's output.dir)")
      ->type_name("DIR")
      ->required();
  profile_command
      ->add_option(
          "--ground-truth", profile.ground_truth,
          "COCO instances of the run's images: how often predictions are right; repeatable. The "
          "labels of sources 'coco', 'yolo' and 'voc' are read without it")
      ->type_name("FILE")
      ->allow_extra_args(false);
  profile_command->add_option("--out,-o", profile.out, "The profile to write")
      ->type_name("FILE")
      ->required();
  profile_command->footer("Jobs name it as report.reference.");

  AuditSampleArguments audit_sample;
  AuditIngestArguments audit_ingest;
  CLI::App* audit_command = app.add_subcommand(
      "audit", "Have people check a random sample of a run's labels (docs/audit.md)");
  audit_command->require_subcommand(1);
  CLI::App* sample_command = audit_command->add_subcommand(
      "sample", "Draw labels and whole images, and write them for CVAT and Label Studio");
  sample_command->add_option("run", audit_sample.run, "The run directory (the job's output.dir)")
      ->type_name("DIR")
      ->required();
  sample_command
      ->add_option("--labels", audit_sample.labels,
                   "How many labels to check; one of each class at least")
      ->check(CLI::Range(std::uint64_t{0}, std::uint64_t{100000}))
      ->capture_default_str();
  sample_command
      ->add_option("--images", audit_sample.images, "How many whole images to look through")
      ->check(CLI::Range(std::uint64_t{0}, std::uint64_t{10000}))
      ->capture_default_str();
  sample_command->add_option("--seed", audit_sample.seed, "Another seed draws others")
      ->capture_default_str();
  sample_command
      ->add_option("--out,-o", audit_sample.out,
                   "Folder of the files for people; default: RUN/audit")
      ->type_name("DIR");
  CLI::App* ingest_command =
      audit_command->add_subcommand("ingest", "Read what people answered, for 'prelabel report'");
  ingest_command->add_option("run", audit_ingest.run, "The run directory (the job's output.dir)")
      ->type_name("DIR")
      ->required();
  ingest_command
      ->add_option(
          "answers", audit_ingest.answers,
          "CVAT for images 1.1 (XML), Label Studio (JSON) or COCO instances (whole images)")
      ->type_name("FILE")
      ->required();

  ValidateArguments validate;
  CLI::App* validate_command = app.add_subcommand(
      "validate", "Check COCO, MOT and CVAT label files for what importers break on");
  validate_command
      ->add_option("path", validate.path, "A label file, a folder of them or a run directory")
      ->type_name("PATH")
      ->required();
  validate_command->add_option("--max-problems", validate.max_problems, "How many to print")
      ->capture_default_str();
  validate_command->footer(
      "Exit status: 0 valid (perhaps with warnings), 1 problems found, 2 nothing to read.");

  ModelCheckWords check;
  CLI::App* check_command = AddModelCheck(app, check);

  std::string keys_dir;
  std::string key_name = "worker";
  CLI::App* keygen_command = app.add_subcommand(
      "keygen", "Make keys that let a worker of another machine join (SECURITY.md)");
  keygen_command->add_option("dir", keys_dir, "The coordinator's folder of keys; it is created")
      ->type_name("DIR")
      ->required();
  keygen_command->add_option("--name", key_name, "The worker's name; one key a worker")
      ->capture_default_str();
  DescribeItself itself(app, manual, PRELABEL_VERSION);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    if (argc > 1 && argv[1][0] != '-' && app.get_subcommands().empty()) {
      return Fail(UnknownCommand(app, argv[1]));
    }
    return app.exit(error) == 0 ? kExitDone : kExitUsage;
  }
  if (run_command->parsed() || serve_command->parsed()) {
    run.launch = run_command->parsed();
    return RunJob(run);
  }
  if (itself.parsed()) return Tell(itself.Text());
  if (launch_command->parsed()) return ShowLaunch(launch_job, launch_set);
  if (plan_command->parsed()) return PlanJob(plan);
  if (status_command->parsed()) return ShowRunStatus(status);
  if (workers_command->parsed()) return ShowWorkers(workers);
  if (drain_command->parsed()) return ControlRun(run_dir, ControlKind::kDrain, drained);
  if (pause_command->parsed()) return ControlRun(run_dir, ControlKind::kPause);
  if (resume_command->parsed()) return ControlRun(run_dir, ControlKind::kResume);
  if (cancel_command->parsed()) return ControlRun(run_dir, ControlKind::kCancel);
  if (report_command->parsed()) {
    if (!compare.empty() && (!run_dir.empty() || !set.empty())) {
      return Fail(InvalidArgument("--compare takes two runs and nothing else but --out"));
    }
    if (!compare.empty()) return Compare({compare[0], compare[1], compare_out});
    if (run_dir.empty()) {
      return Fail(InvalidArgument("run is required: give a run directory, or two with --compare"));
    }
    return Report(run_dir, set);
  }
  if (profile_command->parsed()) return Profile(profile);
  if (sample_command->parsed()) return Tell(SampleForAudit(audit_sample));
  if (ingest_command->parsed()) return Tell(IngestAnswers(audit_ingest));
  if (validate_command->parsed()) return Validate(validate, std::cout, std::cerr);
  if (check_command->parsed()) return Fail(BecomeModelCheck(check.Arguments()));
  if (keygen_command->parsed()) return Keygen(keys_dir, key_name);
  return Export(arguments);
}

}  // namespace
}  // namespace prelabel

int main(int argc, char** argv) { return prelabel::Main(argc, argv); }
