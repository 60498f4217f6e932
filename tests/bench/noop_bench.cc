// Durable no-op tasks a second: prelabel with nothing to do (noop_cluster.h) against a bare ROUTER
// + SQLite loop (bare_loop.h) with the same payloads and the same number of tasks in flight, both
// with CURVE and both without, in turn, several rounds; Dask's scheduler beside them.
//
//   noop_bench --tasks 200000
#include <fmt/format.h>
#include <sys/resource.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstdio>
#include <memory>

#include "common/wire/key_files.h"
#include "tests/bench/bare_loop.h"
#include "tests/bench/child_process.h"
#include "tests/bench/cpu_time.h"
#include "tests/bench/noop_cluster.h"
#include "worker/session/session.h"

namespace prelabel::bench {
namespace {

constexpr int kWorkers = 2;
constexpr std::size_t kPayloadBytes = 64;
const std::uint32_t kMaxCredit = SessionOptions{}.max_credit;

struct Arguments {
  std::uint64_t tasks = 200000;
  int rounds = 5;
  std::string distributed = PRELABEL_BENCH_SOURCES "/distributed_noop.py";
  std::string worker;
  std::string bare_client;
  std::string keys;
};

// The folders of `prelabel keygen`; empty: no encryption.
struct Keys {
  std::string coordinator;
  std::string worker;
};

struct Rate {
  double tasks_per_second = 0;
  double cpu_per_task = 0;  // seconds, of all processes
  double group = 0;         // tasks a transaction
  double in_flight = 0;     // mean over the loop's turns
  double others = 0;        // share of the CPUs
};

using Children = std::vector<std::unique_ptr<ChildProcess>>;

void StartChildren(Children& children, const std::string& role, const std::string& endpoint,
                   const Keys& keys) {
  std::vector<std::string> command = {OwnPath(), role, endpoint};
  if (!keys.worker.empty()) command.insert(command.end(), {"--keys", keys.worker});
  for (int i = 0; i < kWorkers; ++i) children.push_back(std::make_unique<ChildProcess>(command));
}

double AllCpuSeconds() { return CpuSeconds(RUSAGE_SELF) + CpuSeconds(RUSAGE_CHILDREN); }

// What `run` (seconds and transactions) took of the machine, given the CPU time before it.
template <typename Run>
Rate RateOf(const Run& run, std::uint64_t tasks, double in_flight, double cpu_before,
            const Others& others) {
  const auto count = static_cast<double>(tasks);
  const double cpu = AllCpuSeconds() - cpu_before;
  return {count / run.seconds, cpu / count, count / static_cast<double>(run.transactions),
          in_flight, others.Share(cpu)};
}

Result<Rate> Real(std::uint64_t tasks, const Keys& keys) {
  const WorkFolder folder("noop_bench");
  Children workers;
  const Others others;
  const double cpu = AllCpuSeconds();
  PRELABEL_TRY(const NoopRun run, RunNoopServer({tasks, folder.File("run.db"), keys.coordinator},
                                                [&](const std::string& endpoint) {
                                                  StartChildren(workers, "--worker", endpoint,
                                                                keys);
                                                }));
  for (const auto& worker : workers) {
    if (worker->Wait() != 0) return Internal("a worker failed");
  }
  return RateOf(run, tasks, run.mean_held, cpu, others);
}

Rate Bare(std::uint64_t tasks, std::uint32_t frames_a_body, const Keys& keys) {
  const WorkFolder folder("noop_bench");
  BareLoopOptions options;
  options.tasks = tasks;
  options.clients = kWorkers;
  options.in_flight = kMaxCredit;
  options.frames_a_body = frames_a_body;
  options.payload_bytes = kPayloadBytes;
  options.database = folder.File("bare.db");
  options.keys = keys.coordinator;
  Children clients;
  const Others others;
  const double cpu = AllCpuSeconds();
  const BareLoopRun run = RunBareServer(options, [&](const std::string& endpoint) {
    StartChildren(clients, "--bare-client", endpoint, keys);
  });
  for (const auto& client : clients) client->Wait();
  return RateOf(run, tasks, static_cast<double>(kWorkers * kMaxCredit), cpu, others);
}

// The ratios of one kind of socket, a round each.
struct Ratios {
  std::string name;
  std::string bare_name;
  std::string target;
  Keys keys;
  std::vector<double> bare{};
  std::vector<double> quiet{};  // those of undisturbed rounds
  std::vector<double> cpu{};
  std::vector<double> batched{};
};

Result<void> Round(int round, std::uint64_t tasks, Ratios& ratios) {
  const Rate bare = Bare(tasks, 1, ratios.keys);
  PRELABEL_TRY(const Rate real, Real(tasks, ratios.keys));
  const Rate batched = Bare(tasks, kMaxCredit, ratios.keys);
  ratios.bare.push_back(real.tasks_per_second / bare.tasks_per_second);
  ratios.cpu.push_back(bare.cpu_per_task / real.cpu_per_task);
  ratios.batched.push_back(real.tasks_per_second / batched.tasks_per_second);
  const double others = std::max({bare.others, real.others, batched.others});
  if (others < kQuiet) ratios.quiet.push_back(ratios.bare.back());
  fmt::print(
      "round {}, {}: prelabel {:.0f} tasks/s ({:.1f} us of CPU a task, {:.0f} a commit, {:.0f} in "
      "flight); bare loop {:.0f} ({:.1f} us, {:.0f} a commit), many tasks a message {:.0f} ({:.1f} "
      "us); others had {:.0f}, {:.0f} and {:.0f} % of the CPUs; ratios {:.3f} and {:.3f}\n",
      round, ratios.name, real.tasks_per_second, 1e6 * real.cpu_per_task, real.group,
      real.in_flight, bare.tasks_per_second, 1e6 * bare.cpu_per_task, bare.group,
      batched.tasks_per_second, 1e6 * batched.cpu_per_task, 100 * real.others, 100 * bare.others,
      100 * batched.others, ratios.bare.back(), ratios.batched.back());
  std::fflush(stdout);
  return Ok();
}

void Print(const Ratios& r) {
  const bool quiet = !r.quiet.empty();
  fmt::print("RATIO {}/{} {:.3f} target {} (a message a task; {} of {} rounds{})\n", r.name,
             r.bare_name, Median(quiet ? r.quiet : r.bare), r.target,
             quiet ? r.quiet.size() : r.bare.size(), r.bare.size(),
             quiet ? ", undisturbed" : ", all disturbed by other programs");
  fmt::print("RATIO {}/{}-cpu {:.3f} target - (the same by CPU time, all rounds)\n", r.name,
             r.bare_name, Median(r.cpu));
  fmt::print("RATIO {}/{}-batched {:.3f} target - (many tasks a message, as prelabel does)\n",
             r.name, r.bare_name, Median(r.batched));
}

Result<void> Measure(const Arguments& arguments) {
  const WorkFolder folder("noop_bench");
  const std::string keys = folder.File("keys");
  PRELABEL_TRY(const auto worker_keys, GenerateKeys(keys, "worker"));
  fmt::print("{} tasks, {} workers, payloads of {} bytes, at most {} tasks in flight a worker\n",
             arguments.tasks, kWorkers, kPayloadBytes, kMaxCredit);
  std::vector<Ratios> all = {{"noop", "bare", ">=0.30", {}},
                             {"noop-curve", "bare-curve", ">=0.50", {keys, worker_keys.string()}}};
  for (int round = 1; round <= arguments.rounds; ++round) {
    for (Ratios& ratios : all) {
      PRELABEL_TRY(Round(round, arguments.tasks, ratios));
    }
  }
  if (!arguments.distributed.empty()) {
    ChildProcess dask({"/usr/bin/python3", arguments.distributed, std::to_string(kWorkers)});
    while (const auto line = dask.ReadLine()) fmt::print("{}\n", *line);
    if (dask.Wait() != 0) return Internal(arguments.distributed + " failed");
  }
  for (const Ratios& ratios : all) Print(ratios);
  return Ok();
}

Result<void> Run(const Arguments& arguments) {
  if (!arguments.worker.empty()) {
    return RunNoopWorker(arguments.worker, arguments.keys, kPayloadBytes);
  }
  if (arguments.bare_client.empty()) return Measure(arguments);
  RunBareClient(arguments.bare_client, arguments.keys, kPayloadBytes);
  return Ok();
}

int Main(int argc, char** argv) {
  CLI::App app("Durable no-op tasks a second against a bare loop.", "noop_bench");
  Arguments arguments;
  app.add_option("--tasks", arguments.tasks, "tasks a round")->capture_default_str();
  app.add_option("--rounds", arguments.rounds, "rounds")->capture_default_str();
  app.add_option("--distributed", arguments.distributed, "what measures Dask; empty: nothing does")
      ->capture_default_str();
  app.add_option("--worker", arguments.worker, "be a worker of this endpoint");
  app.add_option("--bare-client", arguments.bare_client, "be a bare client of this endpoint");
  app.add_option("--keys", arguments.keys, "of a worker or client: its folder of keys");
  CLI11_PARSE(app, argc, argv);
  const auto done = Run(arguments);
  if (done) return 0;
  fmt::print(stderr, "noop_bench: {}\n", done.error().ToString());
  return 1;
}

}  // namespace
}  // namespace prelabel::bench

int main(int argc, char** argv) { return prelabel::bench::Main(argc, argv); }
