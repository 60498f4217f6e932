// prelabel-worker: joins a coordinator and works until the run is over.
#include <fmt/format.h>
#include <malloc.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <iostream>
#include <optional>
#include <random>
#include <string>
#include <thread>
#include <vector>

#include "common/base/signals.h"
#include "common/command_line/describe_itself.h"
#include "common/job/devices.h"
#include "common/media/frame_source.h"
#include "common/media/image_codec.h"
#include "common/media/picture_fetcher.h"
#include "common/wire/key_files.h"
#include "common/wire/zmq_transport.h"
#include "worker/check/check_command.h"
#include "worker/detect/remote_media.h"
#include "worker/loop/lane_executor.h"
#include "worker/loop/process_memory.h"
#include "worker/loop/worker_loop.h"
#include "worker/manual.h"
#include "worker/model/load_model.h"
#include "worker/model/sha256.h"
#include "worker/stream/model_store.h"
#include "worker/stream/stream_media.h"

namespace prelabel {
namespace {

constexpr int kExitFailed = 1;
constexpr int kExitUsage = 2;
constexpr std::chrono::seconds kStopLimit{10};  // for the item in hand

struct WorkerArguments {
  std::string endpoint;
  std::vector<std::string> data_roots;
  std::string keys;  // a folder, "-" for standard input, or empty
  std::string device = "auto";
  std::string precision = "fp32";
  std::uint32_t slots = 0;
  std::uint32_t workers_here = 1;
  int batch = 0;
  int wait_seconds = 300;
  std::string allocation;
  int fetch_seconds = 30;
  int fetch_max_mib = 256;
  std::string fetch_cache;
  int fetch_cache_mib = 10240;
  std::string model_cache;
};

std::string RandomUuid() {
  std::random_device random;
  std::string uuid;
  for (int i = 0; i < 4; ++i) uuid += fmt::format("{:08x}", random());
  return uuid;
}

std::string Hostname() {
  char name[256] = {};
  return gethostname(name, sizeof name - 1) == 0 ? name : "unknown";
}

MediaOpener RealMedia() {
  MediaOpener media;
  media.read_image = ReadPicture;
  media.resize = ResizeStretch;
  media.open_regions = OpenRegions;
  media.open_video = [](const std::filesystem::path& path) -> Result<std::unique_ptr<FrameSource>> {
    PRELABEL_TRY(auto index, BuildVideoIndex(path));
    return OpenVideo(path, std::move(index));
  };
  return media;
}

// The coordinator says what to open: one that may be anybody is told where it may. Empty: it is.
std::string WhyNoPaths(const WorkerArguments& arguments) {
  if (!arguments.data_roots.empty() || IsLocalEndpoint(arguments.endpoint)) return {};
  return "a coordinator on another machine may have this worker read only folders that you name: "
         "add --data-root DIR for the data and for the model (as often as you like), or have it "
         "send both (cluster.transport: stream in its job)";
}

// What this worker does for coordinators whose workers stream.
struct Streaming {
  MediaOpener media;
  std::shared_ptr<ModelStore> models;
};

Streaming MakeStreaming(const WorkerArguments& arguments, const std::optional<WorkerKeys>& keys,
                        const Clock& clock) {
  FileClient::Options options;
  options.connect = [endpoint = arguments.endpoint, keys] { return ConnectWorker(endpoint, keys); };
  const auto client = std::make_shared<FileClient>(std::move(options), clock);
  StreamDecoders decoders;
  decoders.decode = DecodeImage;
  decoders.resize = ResizeStretch;
  decoders.open_regions = OpenRegionsOf;
  decoders.open_video = [](const std::filesystem::path& path, VideoIndex index,
                           std::unique_ptr<ByteSource> bytes) {
    return OpenVideo(path, std::move(index), std::move(bytes));
  };
  const auto hash = [](const std::filesystem::path& file) {
    const auto hashed = ReadHashedFile(file);
    return hashed ? hashed.value().sha256 : std::string();
  };
  const std::filesystem::path folder = arguments.model_cache.empty()
                                           ? DefaultModelFolder()
                                           : std::filesystem::path(arguments.model_cache);
  return {StreamMedia(client, std::move(decoders), FetchAhead::Options()),
          std::make_shared<ModelStore>(client, folder, hash)};
}

Result<std::optional<WorkerKeys>> KeysOf(const std::string& source) {
  if (source.empty()) return std::nullopt;
  if (source != "-") {
    PRELABEL_TRY(auto keys, LoadWorkerKeys(source));
    return keys;
  }
  std::string text;
  for (int c = std::getchar(); c != EOF && text.size() <= 4096; c = std::getchar()) {
    text += static_cast<char>(c);
  }
  auto keys = ParseWorkerKeys(text);
  if (!keys) return InvalidArgument(keys.error().message, "standard input");
  return std::move(keys).value();
}

// Where and in which precision the models run, and how many tasks at once.
struct Compute {
  std::vector<std::string> devices;
  Precision precision = Precision::kFp32;
  std::uint32_t slots = 1;
  bool cpu = true;
};

// Many one-thread replicas on a CPU; one replica on each GPU, whose batches are padded to one size.
Result<Compute> ComputeOf(const WorkerArguments& arguments) {
  Compute compute;
  compute.precision = PrecisionOf(arguments.precision).value_or(Precision::kFp32);
  PRELABEL_TRY(compute.devices,
               ChooseDevices(arguments.device, CountCudaDevices(), compute.precision));
  compute.cpu = compute.devices.front() == "cpu";
  const auto devices = static_cast<std::uint32_t>(compute.devices.size());
  const std::uint32_t cores = std::max(1U, std::thread::hardware_concurrency());
  compute.slots = compute.cpu ? std::max(1U, cores / arguments.workers_here) : devices;
  if (arguments.slots == 0) return compute;
  if (arguments.slots < devices) {
    return InvalidArgument(
        fmt::format("--slots {} leaves {} without work: each of {} devices needs one",
                    arguments.slots, compute.devices.back(), devices));
  }
  compute.slots = arguments.slots;
  return compute;
}

// Each trouble once in a row: a refused worker tries again every second.
TroubleSink TellOnce(std::string& last, const NewsSink& tell) {
  return [&last, tell](const std::string& trouble) {
    if (trouble == last) return;
    last = trouble;
    tell(trouble);
  };
}

int Work(const WorkerArguments& arguments) {
  const Result<DataRoots> roots = DataRoots::Of(arguments.data_roots);
  if (!roots) {
    fmt::print(stderr, "prelabel-worker: {}\n", roots.error().ToString());
    return kExitUsage;
  }
  const auto keys = KeysOf(arguments.keys);
  if (!keys) {
    fmt::print(stderr, "prelabel-worker: {}\n", keys.error().ToString());
    return kExitUsage;
  }
  const MonotonicClock clock;
  const auto fetcher =
      MakePictureFetcher({std::chrono::seconds(arguments.fetch_seconds), arguments.fetch_max_mib,
                          arguments.fetch_cache, arguments.fetch_cache_mib},
                         PRELABEL_VERSION, clock);
  if (!fetcher) {
    fmt::print(stderr, "prelabel-worker: {}\n", fetcher.error().ToString());
    return kExitUsage;
  }
  const auto compute = ComputeOf(arguments);
  if (!compute) {
    fmt::print(stderr, "prelabel-worker: {}\n", compute.error().ToString());
    return kExitUsage;
  }
  StopSignals signals;

  LaneExecutorOptions lanes;
  lanes.slots = compute.value().slots;
  lanes.devices = compute.value().devices;
  lanes.batch = arguments.batch > 0 ? arguments.batch : compute.value().cpu ? 1 : 8;
  lanes.prefetch_items = static_cast<std::size_t>(std::max(8, 2 * lanes.batch));
  // Of ONNX models "auto" is the CPU.
  const bool any_device = arguments.device == "auto";
  Streaming streaming = MakeStreaming(arguments, keys.value(), clock);
  lanes.load_model = [any_device, precision = compute.value().precision, models = streaming.models](
                         const ModelCard& card,
                         const std::string& device) -> Result<std::unique_ptr<Model>> {
    PRELABEL_TRY(models->Fetch(card));
    return LoadModel(card, any_device && card.backend == "onnx" ? "auto" : device, precision);
  };
  lanes.media = WithUrls(Confine(RealMedia(), roots.value()), fetcher.value(), DecodeImage,
                         FetchAhead::Options());
  lanes.roots = roots.value();
  lanes.no_paths = WhyNoPaths(arguments);
  lanes.streamed_media =
      WithUrls(std::move(streaming.media), fetcher.value(), DecodeImage, FetchAhead::Options());
  lanes.streamed_card = [models = streaming.models](const std::filesystem::path& path) {
    return models->LoadCard(path);
  };
  WorkerLoop* loop_to_wake = nullptr;
  lanes.wake = [&loop_to_wake] { loop_to_wake->Wake(); };

  SessionOptions session;
  session.slots = lanes.slots;
  session.give_up = std::chrono::seconds(arguments.wait_seconds);
  session.hello.worker_uuid = RandomUuid();
  session.hello.hostname = Hostname();
  // A process's own number above, its sessions counted from 1 below.
  session.hello.nonce = std::uint64_t{std::random_device()()} << 32 | 1;
  session.hello.process_id = static_cast<std::uint64_t>(getpid());
  session.hello.allocation = arguments.allocation;
  session.hello.compute =
      DescribeCompute(compute.value().devices.front(), compute.value().precision);
  session.hello.compute.build += ", " + DescribeOnnxBackend();

  const auto tell = [&endpoint = arguments.endpoint](const std::string& news) {
    fmt::print(stderr, "prelabel-worker: {}: {}\n", endpoint, news);
  };
  std::string trouble;
  const auto connect = [&] {
    return ConnectWorker(arguments.endpoint, keys.value(), TellOnce(trouble, tell));
  };
  Result<void> outcome = Ok();
  {
    LaneExecutor executor(std::move(lanes), clock);
    WorkerLoop loop(std::move(session), connect, executor, clock, ResidentBytes, tell);
    loop_to_wake = &loop;
    signals.OnStop([&loop] { loop.Wake(); });
    outcome = loop.Run(signals.stop());
    signals.OnStop({});
    executor.CancelAll();
    if (!executor.StopWithin(kStopLimit)) {
      // No destructor could join that thread.
      fmt::print(stderr,
                 "prelabel-worker: {}\nprelabel-worker: a model still works on its item {} s "
                 "later: the process ends without it\n",
                 outcome ? "leaving" : outcome.error().ToString(), kStopLimit.count());
      std::_Exit(kExitFailed);
    }
  }
  if (!outcome) {
    Error error = outcome.error();
    if (error.code == ErrorCode::kUnavailable && error.context.empty()) {
      error.context = arguments.endpoint;
    }
    fmt::print(stderr, "prelabel-worker: {}\n", error.ToString());
    return error.code == ErrorCode::kInvalidArgument ? kExitUsage : kExitFailed;
  }
  return signals.signal() != 0 ? 128 + signals.signal() : 0;
}

CLI::App* AddCheckCommand(CLI::App& app, CheckArguments& check) {
  CLI::App* command = app.add_subcommand(
      "check", "Tries a model instead (`prelabel model check` does so): loads, runs and draws");
  command->add_option("card", check.options.card, "The model card")->type_name("FILE")->required();
  command->add_option("image", check.options.image, "A picture")->type_name("FILE");
  command->add_option("--out", check.out, "The picture to draw")->type_name("FILE");
  command->add_option("--device", check.options.device, "auto, cpu or cuda:N");
  command->add_option("--threshold", check.options.limits.threshold, "Scores over this are shown")
      ->check(CLI::Range(0.0, 1.0));
  return command;
}

int Main(int argc, char** argv) {
  CLI::App app("Joins a prelabel coordinator and labels until the run is over.", "prelabel-worker");
  app.set_version_flag("--version", "prelabel-worker " PRELABEL_VERSION);
  const Manual manual = WorkerManual();
  app.footer(ExitStatusLine(manual));
  WorkerArguments arguments;
  app.add_option("--connect", arguments.endpoint,
                 "The coordinator's endpoint, as `prelabel serve` prints it: tcp://HOST:PORT")
      ->type_name("ENDPOINT");
  app.add_option("--data-root", arguments.data_roots,
                 "A folder below which data and model may be read, symbolic links resolved; may be "
                 "given again. Required unless the endpoint is on this machine or the coordinator "
                 "sends them (cluster.transport: stream); / is everything")
      ->type_name("DIR")
      ->allow_extra_args(false);
  app.add_option("--keys", arguments.keys,
                 "The folder that `prelabel keygen` made for this worker; -: its keys come from "
                 "standard input")
      ->type_name("DIR");
  app.add_option(
         "--device", arguments.device,
         "auto (all GPUs, or the CPU without one), cpu, or cuda:N; several GPUs with commas "
         "between, over which the slots are dealt out")
      ->capture_default_str();
  app.add_option("--precision", arguments.precision,
                 "fp32, fp16 (GPUs) or bf16: of convolutions and matrix products. Labels depend on "
                 "it")
      ->capture_default_str()
      ->check(CLI::IsMember({"fp32", "fp16", "bf16"}));
  app.add_option("--slots", arguments.slots,
                 "Tasks at once, each with a model replica of its own; 0: one a core on a CPU, one "
                 "on each GPU")
      ->capture_default_str();
  app.add_option("--workers-here", arguments.workers_here,
                 "Workers that share this machine's cores: without --slots each takes its part")
      ->capture_default_str()
      ->check(CLI::Range(1, 1 << 20));
  app.add_option(
         "--batch", arguments.batch,
         "Items a model call; 0: 1 on a CPU, 8 on a GPU. Halved where the device's memory does "
         "not do")
      ->capture_default_str()
      ->check(CLI::Range(0, 1024));
  app.add_option("--wait", arguments.wait_seconds,
                 "Seconds to wait for a coordinator that does not answer")
      ->capture_default_str()
      ->check(CLI::Range(1, 1 << 30));
  app.add_option("--allocation", arguments.allocation,
                 "What the launcher that started this worker calls it, so that the coordinator can "
                 "give it back")
      ->type_name("ID");
  app.add_option("--fetch-timeout", arguments.fetch_seconds,
                 "Seconds that a host of a URL may send nothing, or next to nothing")
      ->capture_default_str()
      ->check(CLI::Range(1, 3600));
  app.add_option("--fetch-max-mib", arguments.fetch_max_mib, "The largest item that is fetched")
      ->capture_default_str()
      ->check(CLI::Range(1, 4096));
  app.add_option("--fetch-cache", arguments.fetch_cache,
                 "A folder that keeps what was fetched; workers may share one")
      ->type_name("DIR");
  app.add_option("--fetch-cache-mib", arguments.fetch_cache_mib,
                 "At most so much lies in that folder")
      ->capture_default_str()
      ->check(CLI::Range(1, 1000000000));
  app.add_option(
         "--model-cache", arguments.model_cache,
         "The folder for models that the coordinator sends; workers may share one. Default: "
         "~/.cache/prelabel/models")
      ->type_name("DIR");
  CheckArguments check;
  CLI::App* check_command = AddCheckCommand(app, check);
  DescribeItself itself(app, manual, PRELABEL_VERSION);
  try {
    app.parse(argc, argv);
    if (!itself.parsed() && !check_command->parsed() && arguments.endpoint.empty()) {
      throw CLI::RequiredError("--connect");
    }
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : kExitUsage;
  }
  if (itself.parsed()) {
    const auto text = itself.Text();
    if (text) fmt::print("{}", text.value());
    return text ? 0 : kExitUsage;
  }
  if (check_command->parsed()) {
    return RunCheck(check, RealMedia(), MonotonicClock(), std::cout, std::cerr);
  }
  return Work(arguments);
}

// Pictures come and go many times a second: giving their pages back to the system and getting them
// again, zeroed, costs more than keeping them.
void KeepFreedMemory() {
#ifdef __GLIBC__
  mallopt(M_MMAP_THRESHOLD, 64 << 20);
  mallopt(M_TRIM_THRESHOLD, 512 << 20);
#endif
}

}  // namespace
}  // namespace prelabel

int main(int argc, char** argv) {
  prelabel::KeepFreedMemory();
  return prelabel::Main(argc, argv);
}
