#include "common/wire/codec.h"

#include <cmath>
#include <optional>
#include <utility>

#include "common/base/utf8_prefix.h"
#include "common/wire/codec_parts.h"
#include "common/wire/prelabel.pb.h"

namespace prelabel {
namespace {

// A reason may be an exception's text with a stack trace: the receiver would refuse all of it.
std::string CutReason(const std::string& reason) {
  return std::string(Utf8Prefix(reason, kMaxText));
}

void Pack(const ImageTile& tile, wire::ImageTile& out) {
  out.set_image_width(static_cast<std::uint32_t>(tile.image.width));
  out.set_image_height(static_cast<std::uint32_t>(tile.image.height));
  out.set_x(static_cast<std::uint32_t>(tile.tile.x));
  out.set_y(static_cast<std::uint32_t>(tile.tile.y));
  out.set_width(static_cast<std::uint32_t>(tile.tile.width));
  out.set_height(static_cast<std::uint32_t>(tile.tile.height));
}

Result<ImageTile> Unpack(const wire::ImageTile& in) {
  const bool known = in.image_width() > 0 && in.image_height() > 0;
  const auto inside = [](std::uint32_t from, std::uint32_t length, std::uint32_t side) {
    return length > 0 && from <= side && length <= side - from;
  };
  if (in.image_width() > kMaxImageSide || in.image_height() > kMaxImageSide) {
    return Malformed("image size out of range");
  }
  if (known && !(inside(in.x(), in.width(), in.image_width()) &&
                 inside(in.y(), in.height(), in.image_height()))) {
    return Malformed("a tile lies outside its image");
  }
  if (!known) return ImageTile{};
  return ImageTile{{static_cast<int>(in.image_width()), static_cast<int>(in.image_height())},
                   {static_cast<int>(in.x()), static_cast<int>(in.y()),
                    static_cast<int>(in.width()), static_cast<int>(in.height())}};
}

void Pack(const Assignment& assignment, wire::Assignment& out) {
  const Task& task = assignment.task;
  out.set_task(task.id.value);
  out.set_attempt(assignment.attempt.value);
  out.set_kind(static_cast<std::uint32_t>(task.kind));
  out.set_source(task.source.value);
  out.set_first(task.first);
  out.set_count(task.count);
  out.set_stride(task.stride);
  out.set_video(assignment.video);
  for (const std::string& path : assignment.paths) out.add_paths(path);
  for (const ImageTile& tile : assignment.tiles) Pack(tile, *out.add_tiles());
  if (task.kind != TaskKind::kLink) return;
  for (const FrameDetections& frame : assignment.detections) {
    wire::Frame& packed = *out.add_detections();
    packed.set_frame(frame.frame);
    PackPredictions(frame.predictions, *packed.mutable_predictions());
    packed.set_appearance(PackBytes(frame.appearance));
    packed.set_scene(PackBytes(frame.scene));
  }
  wire::LinkOptions& link = *out.mutable_link();
  const LinkOptions& options = assignment.link;
  link.mutable_class_thresholds()->Add(options.class_thresholds.begin(),
                                       options.class_thresholds.end());
  link.set_low_threshold(options.low_threshold);
  link.set_match_iou(options.match_iou);
  link.set_low_match_iou(options.low_match_iou);
  link.set_max_gap(options.max_gap);
  link.set_match_appearance(options.match_appearance);
  link.set_follow_gap(options.follow_gap);
  link.set_frame_rate(options.frame_rate);
  link.set_min_observations(options.min_observations);
  link.set_score_reach(options.score_reach);
  if (assignment.chooser.budget == 0) return;
  wire::Chooser& chooser = *out.mutable_chooser();
  chooser.set_frame_count(assignment.chooser.frame_count);
  chooser.set_budget(assignment.chooser.budget);
  chooser.set_tolerance(assignment.chooser.tolerance);
  chooser.set_width(static_cast<std::uint32_t>(assignment.chooser.width));
  chooser.set_height(static_cast<std::uint32_t>(assignment.chooser.height));
  PackSteps(assignment.unreadable, *out.mutable_unreadable_steps());
}

Result<Assignment> Unpack(const wire::Assignment& in) {
  if (in.kind() >= kTaskKinds || in.stride() == 0) return Malformed("unknown kind of task");
  const auto kind = static_cast<TaskKind>(in.kind());
  if (in.count() > kMaxItems && kind != TaskKind::kLink) {
    return Malformed("too many items in a task");
  }
  Assignment out;
  out.task = {TaskId(in.task()), kind, SourceId(in.source()), in.first(), in.count(), in.stride()};
  out.attempt = Attempt(in.attempt());
  out.video = in.video();
  for (const std::string& path : in.paths()) {
    if (!TextFits(path)) return Malformed("a path is too long");
    out.paths.push_back(path);
  }
  for (const wire::Frame& frame : in.detections()) {
    PRELABEL_TRY(auto predictions, UnpackPredictions(frame.predictions()));
    FrameDetections detections{frame.frame(), std::move(predictions)};
    PRELABEL_TRY(detections.appearance,
                 UnpackAppearance(frame.appearance(), detections.predictions.size()));
    PRELABEL_TRY(detections.scene, UnpackAppearance(frame.scene(), 1));
    out.detections.push_back(std::move(detections));
  }
  if (in.has_link()) {
    const wire::LinkOptions& link = in.link();
    out.link.class_thresholds.assign(link.class_thresholds().begin(),
                                     link.class_thresholds().end());
    out.link.low_threshold = link.low_threshold();
    out.link.match_iou = link.match_iou();
    out.link.low_match_iou = link.low_match_iou();
    out.link.max_gap = link.max_gap();
    out.link.match_appearance = link.match_appearance();
    out.link.follow_gap = link.follow_gap();
    out.link.frame_rate = link.frame_rate();
    out.link.min_observations = link.min_observations();
    out.link.score_reach = link.score_reach();
    constexpr std::uint32_t kLongestReach = 1000;
    if (!(out.link.frame_rate > 0) || !std::isfinite(out.link.frame_rate) ||
        out.link.score_reach > kLongestReach) {
      return Malformed("link options out of range");
    }
  }
  if (in.has_chooser()) {
    const wire::Chooser& chooser = in.chooser();
    if (chooser.width() > kMaxImageSide || chooser.height() > kMaxImageSide) {
      return Malformed("image size out of range");
    }
    out.chooser = {chooser.frame_count(), chooser.budget(), chooser.tolerance(),
                   static_cast<int>(chooser.width()), static_cast<int>(chooser.height())};
  }
  PRELABEL_TRY(out.unreadable, UnpackSteps(in.unreadable_steps()));
  if (in.tiles_size() != 0 && in.tiles_size() != in.paths_size()) {
    return Malformed("a task has other than one tile an item");
  }
  for (const wire::ImageTile& tile : in.tiles()) {
    PRELABEL_TRY(const ImageTile unpacked, Unpack(tile));
    out.tiles.push_back(unpacked);
  }
  return out;
}

void Pack(const ModelFusion& fusion, wire::Welcome& out) {
  for (const JobModel& model : fusion.models) {
    wire::JobModel& packed = *out.add_models();
    packed.set_card(model.card);
    for (const std::string& name : model.classes) packed.add_classes(name);
    packed.set_weight(model.weight);
  }
  out.set_fuse(fusion.method == FuseMethod::kWeighted ? 1 : 0);
  out.set_fuse_iou(fusion.iou);
}

Result<ModelFusion> UnpackFusion(const wire::Welcome& in) {
  ModelFusion fusion;
  if (in.models_size() == 0) return fusion;
  if (static_cast<std::size_t>(in.models_size()) > kMostModels || in.fuse() > 1 ||
      !(in.fuse_iou() >= 0 && in.fuse_iou() <= 1)) {
    return Malformed("models out of range");
  }
  for (const wire::JobModel& model : in.models()) {
    if (!TextFits(model.card()) || model.classes_size() > kMaxClasses) {
      return Malformed("a model out of range");
    }
    if (!(model.weight() > 0) || !std::isfinite(model.weight())) {
      return Malformed("a model's weight is not positive");
    }
    fusion.models.push_back(
        {model.card(), {model.classes().begin(), model.classes().end()}, model.weight()});
  }
  fusion.method = in.fuse() == 1 ? FuseMethod::kWeighted : FuseMethod::kByClass;
  fusion.iou = in.fuse_iou();
  return fusion;
}

void Pack(const Lease& lease, wire::Lease& out) {
  out.set_epoch(lease.epoch.value);
  out.set_task(lease.task.value);
  out.set_attempt(lease.attempt.value);
}

Lease Unpack(const wire::Lease& in) {
  return {Epoch(in.epoch()), TaskId(in.task()), Attempt(in.attempt())};
}

struct WorkerPacker {
  wire::WorkerEnvelope& out;

  void operator()(const Hello& m) const {
    wire::Hello& hello = *out.mutable_hello();
    hello.set_protocol_version(m.protocol_version);
    hello.set_worker_uuid(m.worker_uuid);
    hello.set_hostname(m.hostname);
    hello.set_nonce(m.nonce);
    hello.set_slots(m.slots);
    hello.set_build(m.compute.build);
    hello.set_device(m.compute.device);
    hello.set_cpu(m.compute.cpu);
    hello.set_precision(m.compute.precision);
    hello.set_process_id(m.process_id);
    for (const Lease& lease : m.held) Pack(lease, *hello.add_held());
    hello.set_run(m.run);
    hello.set_allocation(m.allocation);
  }
  void operator()(const Credit& m) const { out.mutable_credit()->set_tasks(m.tasks); }
  void operator()(const Heartbeat& m) const {
    wire::Heartbeat& heartbeat = *out.mutable_heartbeat();
    heartbeat.set_items_done(m.items_done);
    heartbeat.set_sequence(m.sequence);
    heartbeat.set_cancels(m.cancels);
    heartbeat.set_strays(m.strays);
    heartbeat.set_resident_bytes(m.resident_bytes);
    for (const RunningTask& task : m.running) {
      wire::RunningTask& running = *heartbeat.add_running();
      running.set_task(task.task.value);
      running.set_attempt(task.attempt.value);
      running.set_items_done(task.items_done);
      running.set_items_read(task.items_read);
    }
  }
  void operator()(const ResultMessage& m) const {
    wire::Results& results = *out.mutable_results();
    results.set_epoch(m.epoch.value);
    for (const EncodedResult& r : m.results) {
      wire::Result& result = *results.add_results();
      result.set_task(r.task.value);
      result.set_attempt(r.attempt.value);
      result.set_items(r.items);
      result.set_failed_items(r.failed_items);
      result.set_compute_micros(r.compute_micros);
      result.set_payload(r.payload);
      PackSteps(r.wanted, *result.mutable_wanted_steps());
    }
  }
  void operator()(const Failure& m) const {
    wire::Failure& failure = *out.mutable_failure();
    failure.set_epoch(m.epoch.value);
    failure.set_task(m.task.value);
    failure.set_attempt(m.attempt.value);
    failure.set_reason(CutReason(m.reason));
    failure.set_kind(static_cast<std::uint32_t>(m.kind));
    failure.set_has_position(m.position.has_value());
    failure.set_position(m.position.value_or(0));
  }
  void operator()(const Goodbye& m) const {
    out.mutable_goodbye()->set_reason(CutReason(m.reason));
  }
  void operator()(const Fetch& m) const {
    wire::Fetch& fetch = *out.mutable_fetch();
    fetch.set_id(m.id);
    fetch.set_kind(static_cast<std::uint32_t>(m.kind));
    fetch.set_path(m.path);
    fetch.set_offset(m.offset);
    fetch.set_length(m.length);
    fetch.set_received(m.received);
  }
};

std::uint32_t PackCode(ErrorCode code) {
  if (code == ErrorCode::kDataLoss) return 2;
  return code == ErrorCode::kInvalidArgument ? 3 : 1;
}

struct CoordinatorPacker {
  wire::CoordinatorEnvelope& out;

  void operator()(const Welcome& m) const {
    wire::Welcome& welcome = *out.mutable_welcome();
    welcome.set_epoch(m.epoch.value);
    welcome.set_heartbeat_ms(static_cast<std::uint32_t>(m.heartbeat.count()));
    welcome.set_max_message_bytes(m.max_message_bytes);
    welcome.set_model_card(m.model_card);
    welcome.set_raw_threshold(m.raw_threshold);
    welcome.set_raw_nms(m.raw_nms);
    welcome.set_raw_max_per_image(m.raw_max_per_image);
    welcome.set_lease_ms(static_cast<std::uint32_t>(m.lease.count()));
    welcome.set_run(m.run);
    welcome.set_second_model_card(m.second_model_card);
    welcome.set_stream(m.stream);
    if (!m.fusion.models.empty()) Pack(m.fusion, welcome);
    for (const Welcome::Grant& grant : m.granted) {
      wire::Grant& packed = *welcome.add_granted();
      Pack(grant.held, *packed.mutable_held());
      packed.set_attempt(grant.attempt.value);
    }
  }
  void operator()(const Reject& m) const {
    out.mutable_reject()->set_reason(CutReason(m.reason));
    out.mutable_reject()->set_permanent(m.permanent);
  }
  void operator()(const Assign& m) const {
    out.mutable_assign()->set_epoch(m.epoch.value);
    for (const Assignment& assignment : m.tasks)
      Pack(assignment, *out.mutable_assign()->add_tasks());
  }
  void operator()(const Ack& m) const {
    wire::Ack& ack = *out.mutable_ack();  // also where it is empty: it answers a Heartbeat
    ack.set_heartbeat(m.heartbeat);
    for (const Ack::Item& item : m.items) {
      wire::AckItem& packed = *ack.add_items();
      packed.set_task(item.task.value);
      packed.set_attempt(item.attempt.value);
      packed.set_status(static_cast<std::uint32_t>(item.status));
    }
  }
  void operator()(const Cancel& m) const {
    out.mutable_cancel()->set_task(m.task.value);
    out.mutable_cancel()->set_attempt(m.attempt.value);
  }
  void operator()(const Drain&) const { out.mutable_drain(); }
  void operator()(const Chunk& m) const {
    wire::Chunk& chunk = *out.mutable_chunk();
    chunk.set_id(m.id);
    if (m.error) {
      chunk.set_error(PackCode(m.error->code));
      chunk.set_reason(CutReason(m.error->message));
      return;
    }
    chunk.set_size(m.size);
    chunk.set_version(m.version);
    chunk.set_bytes(m.bytes);
  }
};

Result<WorkerMessage> Unpack(const wire::Hello& in) {
  for (const std::string* text : {&in.worker_uuid(), &in.hostname(), &in.build(), &in.device(),
                                  &in.cpu(), &in.precision(), &in.run(), &in.allocation()}) {
    if (!TextFits(*text)) return Malformed("a name in Hello is too long");
  }
  if (in.held_size() > kMaxItems) return Malformed("too many leases");
  Hello hello{in.protocol_version(),
              in.worker_uuid(),
              in.hostname(),
              in.nonce(),
              in.slots(),
              ComputeClass{in.build(), in.device(), in.cpu(), in.precision()},
              in.process_id(),
              {},
              in.run(),
              in.allocation()};
  for (const wire::Lease& lease : in.held()) hello.held.push_back(Unpack(lease));
  return WorkerMessage(std::move(hello));
}

Result<WorkerMessage> Unpack(const wire::Heartbeat& in) {
  if (in.running_size() > kMaxItems) return Malformed("too many running tasks");
  Heartbeat heartbeat{in.items_done(), in.sequence(), {},
                      in.cancels(),    in.strays(),   in.resident_bytes()};
  for (const wire::RunningTask& task : in.running()) {
    heartbeat.running.push_back(
        {TaskId(task.task()), Attempt(task.attempt()), task.items_done(), task.items_read()});
  }
  return WorkerMessage(std::move(heartbeat));
}

Result<WorkerMessage> Unpack(const wire::Failure& in) {
  if (!TextFits(in.reason())) return Malformed("a reason is too long");
  if (in.kind() > 2) return Malformed("unknown kind of failure");
  Failure failure{Epoch(in.epoch()),
                  TaskId(in.task()),
                  Attempt(in.attempt()),
                  in.reason(),
                  static_cast<FailureKind>(in.kind()),
                  std::nullopt};
  if (in.has_position()) failure.position = in.position();
  return WorkerMessage(std::move(failure));
}

Result<WorkerMessage> Unpack(const wire::Fetch& in) {
  if (!TextFits(in.path())) return Malformed("a path is too long");
  if (in.kind() > 2) return Malformed("unknown kind of fetch");
  const bool nothing = static_cast<FetchKind>(in.kind()) == FetchKind::kNothing;
  if ((in.length() == 0) != nothing || in.length() > kMaxChunkBytes) {
    return Malformed("a fetch of no bytes, or of too many");
  }
  return WorkerMessage(Fetch{in.id(), static_cast<FetchKind>(in.kind()), in.path(), in.offset(),
                             in.length(), in.received()});
}

Result<CoordinatorMessage> Unpack(wire::Chunk& in) {
  if (in.bytes().size() > kMaxChunkBytes || !TextFits(in.reason())) {
    return Malformed("a chunk is too large");
  }
  if (in.error() == 0) {
    return CoordinatorMessage(
        Chunk{in.id(), in.size(), in.version(), std::move(*in.mutable_bytes()), std::nullopt});
  }
  if (in.error() > 3) return Malformed("unknown kind of error");
  const Error error = in.error() == 1   ? Unavailable(in.reason())
                      : in.error() == 2 ? DataLoss(in.reason())
                                        : InvalidArgument(in.reason());
  return CoordinatorMessage(Chunk{in.id(), 0, 0, {}, error});
}

Result<CoordinatorMessage> Unpack(const wire::Welcome& in) {
  if (!TextFits(in.model_card()) || !TextFits(in.second_model_card())) {
    return Malformed("a path is too long");
  }
  if (!TextFits(in.run())) return Malformed("the name of the run is too long");
  if (in.granted_size() > kMaxItems) return Malformed("too many leases");
  Welcome welcome{Epoch(in.epoch()),
                  std::chrono::milliseconds(in.heartbeat_ms()),
                  in.max_message_bytes(),
                  in.model_card(),
                  in.raw_threshold(),
                  in.raw_nms(),
                  in.raw_max_per_image(),
                  std::chrono::milliseconds(in.lease_ms()),
                  {},
                  in.run(),
                  in.second_model_card(),
                  {},
                  in.stream()};
  PRELABEL_TRY(welcome.fusion, UnpackFusion(in));
  for (const wire::Grant& grant : in.granted()) {
    welcome.granted.push_back({Unpack(grant.held()), Attempt(grant.attempt())});
  }
  return CoordinatorMessage(std::move(welcome));
}

Result<WorkerMessage> Unpack(wire::Results& in) {
  if (in.results_size() > kMaxItems) return Malformed("too many results");
  ResultMessage message{Epoch(in.epoch()), {}};
  message.results.reserve(static_cast<std::size_t>(in.results_size()));
  for (wire::Result& r : *in.mutable_results()) {
    PRELABEL_TRY(auto wanted, UnpackSteps(r.wanted_steps()));
    message.results.push_back({TaskId(r.task()), Attempt(r.attempt()), r.items(), r.failed_items(),
                               r.compute_micros(), std::move(*r.mutable_payload()),
                               std::move(wanted)});
  }
  return WorkerMessage(std::move(message));
}

Result<CoordinatorMessage> Unpack(const wire::Assign& in) {
  if (in.tasks_size() > kMaxItems) return Malformed("too many tasks");
  Assign message{Epoch(in.epoch()), {}};
  for (const wire::Assignment& task : in.tasks()) {
    PRELABEL_TRY(auto assignment, Unpack(task));
    message.tasks.push_back(std::move(assignment));
  }
  return CoordinatorMessage(std::move(message));
}

Result<CoordinatorMessage> Unpack(const wire::Ack& in) {
  if (in.items_size() > kMaxItems) return Malformed("too many acknowledgements");
  Ack message;
  message.heartbeat = in.heartbeat();
  for (const wire::AckItem& item : in.items()) {
    if (item.status() > 2) return Malformed("unknown status of an acknowledgement");
    message.items.push_back(
        {TaskId(item.task()), Attempt(item.attempt()), static_cast<AckStatus>(item.status())});
  }
  return CoordinatorMessage(std::move(message));
}

}  // namespace

std::string EncodeWorkerMessage(const WorkerMessage& message) {
  wire::WorkerEnvelope envelope;
  std::visit(WorkerPacker{envelope}, message);
  return envelope.SerializeAsString();
}

std::string EncodeCoordinatorMessage(const CoordinatorMessage& message) {
  wire::CoordinatorEnvelope envelope;
  std::visit(CoordinatorPacker{envelope}, message);
  return envelope.SerializeAsString();
}

Result<WorkerMessage> DecodeWorkerMessage(std::string_view bytes) {
  wire::WorkerEnvelope in;
  PRELABEL_TRY(Parse(in, WireRoot::kWorkerEnvelope, bytes));
  switch (in.message_case()) {
    case wire::WorkerEnvelope::kHello:
      return Unpack(in.hello());
    case wire::WorkerEnvelope::kCredit:
      return WorkerMessage(Credit{in.credit().tasks()});
    case wire::WorkerEnvelope::kHeartbeat:
      return Unpack(in.heartbeat());
    case wire::WorkerEnvelope::kResults:
      return Unpack(*in.mutable_results());
    case wire::WorkerEnvelope::kFailure:
      return Unpack(in.failure());
    case wire::WorkerEnvelope::kGoodbye:
      if (!TextFits(in.goodbye().reason())) return Malformed("a reason is too long");
      return WorkerMessage(Goodbye{in.goodbye().reason()});
    case wire::WorkerEnvelope::kFetch:
      return Unpack(in.fetch());
    case wire::WorkerEnvelope::MESSAGE_NOT_SET:
      break;
  }
  return Malformed("an empty message");
}

Result<CoordinatorMessage> DecodeCoordinatorMessage(std::string_view bytes) {
  wire::CoordinatorEnvelope in;
  PRELABEL_TRY(Parse(in, WireRoot::kCoordinatorEnvelope, bytes));
  switch (in.message_case()) {
    case wire::CoordinatorEnvelope::kWelcome:
      return Unpack(in.welcome());
    case wire::CoordinatorEnvelope::kReject:
      if (!TextFits(in.reject().reason())) return Malformed("a reason is too long");
      return CoordinatorMessage(Reject{in.reject().reason(), in.reject().permanent()});
    case wire::CoordinatorEnvelope::kAssign:
      return Unpack(in.assign());
    case wire::CoordinatorEnvelope::kAck:
      return Unpack(in.ack());
    case wire::CoordinatorEnvelope::kCancel:
      return CoordinatorMessage(Cancel{TaskId(in.cancel().task()), Attempt(in.cancel().attempt())});
    case wire::CoordinatorEnvelope::kDrain:
      return CoordinatorMessage(Drain{});
    case wire::CoordinatorEnvelope::kChunk:
      return Unpack(*in.mutable_chunk());
    case wire::CoordinatorEnvelope::MESSAGE_NOT_SET:
      break;
  }
  return Malformed("an empty message");
}

}  // namespace prelabel
