#include <bit>
#include <cstring>
#include <limits>
#include <utility>

#include "common/wire/codec.h"
#include "common/wire/codec_parts.h"

namespace prelabel {
namespace {

static_assert(std::endian::native == std::endian::little, "embeddings are stored little-endian");

std::string PackHalves(const std::vector<Float16>& values) {
  return {reinterpret_cast<const char*>(values.data()), values.size() * sizeof(Float16)};
}

Result<std::vector<Float16>> UnpackHalves(const std::string& bytes) {
  if (bytes.size() % sizeof(Float16) != 0) return Malformed("odd number of embedding bytes");
  std::vector<Float16> values(bytes.size() / sizeof(Float16));
  if (!values.empty()) std::memcpy(values.data(), bytes.data(), bytes.size());
  return values;
}

void Pack(const ItemResult& item, wire::Item& out) {
  out.set_item(item.item);
  out.set_error(item.error);
  out.set_width(static_cast<std::uint32_t>(item.width));
  out.set_height(static_cast<std::uint32_t>(item.height));
  if (!item.ok()) return;
  PackPredictions(item.predictions, *out.mutable_predictions());
  const ImageStats& s = item.stats;
  for (const float value : {s.brightness, s.contrast, s.sharpness, s.entropy, s.mean_red,
                            s.mean_green, s.mean_blue, s.colorfulness}) {
    out.add_stats(value);
  }
  out.set_embedding(PackHalves(item.embedding));
  out.set_box_embeddings(PackHalves(item.box_embeddings));
  out.set_appearance(PackBytes(item.appearance));
  out.set_scene(PackBytes(item.scene));
  for (const Rle& mask : item.masks) out.add_masks(CompressCounts(mask));
  out.set_votes(PackBytes(item.votes));
}

Result<std::vector<Rle>> UnpackMasks(const wire::Item& in) {
  if (in.masks_size() != 0 && in.masks_size() != in.predictions().classes_size()) {
    return Malformed("there is not one mask a prediction");
  }
  std::vector<Rle> masks;
  masks.reserve(static_cast<std::size_t>(in.masks_size()));
  for (const std::string& counts : in.masks()) {
    Result<Rle> mask = ParseRle(in.height(), in.width(), counts);
    if (!mask) return Malformed(mask.error().message.c_str());
    masks.push_back(std::move(mask).value());
  }
  return masks;
}

Result<ItemResult> Unpack(const wire::Item& in) {
  if (in.width() > kMaxImageSide || in.height() > kMaxImageSide)
    return Malformed("image size out of range");
  ItemResult item;
  item.item = in.item();
  item.error = in.error();
  item.width = static_cast<int>(in.width());
  item.height = static_cast<int>(in.height());
  if (!item.ok()) return item;
  PRELABEL_TRY(item.predictions, UnpackPredictions(in.predictions()));
  if (in.stats_size() != 8) return Malformed("eight image statistics are expected");
  item.stats = {in.stats(0), in.stats(1), in.stats(2), in.stats(3),
                in.stats(4), in.stats(5), in.stats(6), in.stats(7)};
  PRELABEL_TRY(item.embedding, UnpackHalves(in.embedding()));
  PRELABEL_TRY(item.box_embeddings, UnpackHalves(in.box_embeddings()));
  PRELABEL_TRY(item.appearance, UnpackAppearance(in.appearance(), item.predictions.size()));
  PRELABEL_TRY(item.scene, UnpackAppearance(in.scene(), 1));
  PRELABEL_TRY(item.masks, UnpackMasks(in));
  if (!in.votes().empty() && in.votes().size() != item.predictions.size()) {
    return Malformed("there is not one vote a prediction");
  }
  item.votes.assign(in.votes().begin(), in.votes().end());
  return item;
}

void Pack(const Track& track, wire::Track& out) {
  out.set_id(track.id);
  out.set_class_id(track.class_id);
  std::int64_t previous = 0;
  for (const Keyframe& key : track.keyframes) {
    out.add_frame_steps(key.frame - previous);
    previous = key.frame;
    out.add_scores(key.score);
    PackBox(key.box, *out.mutable_boxes());
  }
}

Result<Track> Unpack(const wire::Track& in) {
  const int n = in.frame_steps_size();
  if (in.scores_size() != n || in.boxes_size() != 4 * n || in.class_id() >= kMaxClasses) {
    return Malformed("lists of a track differ in length");
  }
  if (!AllFinite(in.scores()) || !AllFinite(in.boxes())) return Malformed("a number is not finite");
  Track track;
  track.id = in.id();
  track.class_id = static_cast<std::uint16_t>(in.class_id());
  track.keyframes.reserve(static_cast<std::size_t>(n));
  std::int64_t frame = 0;
  for (int i = 0; i < n; ++i) {
    const std::int64_t step = in.frame_steps(i);
    if (step < (i == 0 ? 0 : 1) || step > std::numeric_limits<std::int64_t>::max() - frame) {
      return Malformed("keyframes of a track do not ascend");
    }
    frame += step;
    track.keyframes.push_back({frame, UnpackBox(in.boxes(), i), in.scores(i)});
  }
  return track;
}

}  // namespace

std::string EncodeTaskPayload(const TaskResult& result) {
  wire::TaskPayload payload;
  for (const ItemResult& item : result.items) Pack(item, *payload.add_items());
  for (const Track& track : result.tracks) Pack(track, *payload.add_tracks());
  return payload.SerializeAsString();
}

Result<TaskResult> DecodeTaskPayload(std::string_view bytes) {
  wire::TaskPayload in;
  PRELABEL_TRY(Parse(in, WireRoot::kTaskPayload, bytes));
  TaskResult result;
  result.items.reserve(static_cast<std::size_t>(in.items_size()));
  for (const wire::Item& item : in.items()) {
    PRELABEL_TRY(auto unpacked, Unpack(item));
    result.items.push_back(std::move(unpacked));
  }
  result.tracks.reserve(static_cast<std::size_t>(in.tracks_size()));
  for (const wire::Track& track : in.tracks()) {
    PRELABEL_TRY(auto unpacked, Unpack(track));
    result.tracks.push_back(std::move(unpacked));
  }
  return result;
}

}  // namespace prelabel
