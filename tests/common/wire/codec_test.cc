#include "common/wire/codec.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>

namespace prelabel {
namespace {

using ::testing::HasSubstr;

TaskResult SomeResult() {
  TaskResult result;
  ItemResult item;
  item.item = 7;
  item.width = 640;
  item.height = 480;
  item.predictions = {{3, 0.75F, {1, 2, 3.5F, 4}}, {0, 0.0625F, {-0.0F, 0, 10, 20}}};
  item.stats = {0.5F, 0.25F, 12, 7.5F, 0.1F, 0.2F, 0.3F, 0.4F};
  item.embedding = {0x3C00, 0xC000};
  item.box_embeddings = {1, 2, 3, 4};
  item.appearance.assign(kAppearanceSize, 200);
  item.scene.assign(kAppearanceSize, 3);
  result.items.push_back(item);
  ItemResult failed;
  failed.item = 8;
  failed.error = "b.jpg: truncated";
  result.items.push_back(failed);
  return result;
}

TEST(Codec, PayloadOfADetectTaskSurvives) {
  const TaskResult sent = SomeResult();
  const auto got = DecodeTaskPayload(EncodeTaskPayload(sent));
  ASSERT_TRUE(got.has_value());
  EXPECT_EQ(got.value().items, sent.items);
}

// A rectangle of two columns, and nothing, in a picture of 4 × 3 (height × width): counts by hand.
TaskResult MaskedResult() {
  TaskResult result;
  ItemResult item;
  item.width = 3;
  item.height = 4;
  item.predictions = {{3, 0.75F, {1, 1, 3, 3}}, {0, 0.0625F, {0, 0, 1, 1}}};
  item.masks = {{4, 3, {5, 2, 2, 2, 1}}, {4, 3, {12}}};
  result.items.push_back(item);
  return result;
}

TEST(Codec, MasksSurviveInTheSizeOfTheirItem) {
  const TaskResult sent = MaskedResult();
  const auto got = DecodeTaskPayload(EncodeTaskPayload(sent));
  ASSERT_TRUE(got.has_value()) << got.error().ToString();
  EXPECT_EQ(got.value().items, sent.items);
}

TEST(Codec, VotesSurviveOneAPrediction) {
  TaskResult sent = MaskedResult();
  sent.items[0].votes = {2, 1};
  auto got = DecodeTaskPayload(EncodeTaskPayload(sent));
  ASSERT_TRUE(got.has_value()) << got.error().ToString();
  EXPECT_EQ(got.value().items, sent.items);
  sent.items[0].votes.pop_back();
  got = DecodeTaskPayload(EncodeTaskPayload(sent));
  ASSERT_TRUE(got.has_error());
  EXPECT_THAT(got.error().message, HasSubstr("one vote a prediction"));
}

TEST(Codec, RefusesMasksThatDoNotFitTheirItem) {
  TaskResult sent = MaskedResult();
  sent.items[0].masks.pop_back();
  auto got = DecodeTaskPayload(EncodeTaskPayload(sent));
  ASSERT_TRUE(got.has_error());
  EXPECT_THAT(got.error().message, HasSubstr("one mask a prediction"));
  sent = MaskedResult();
  sent.items[0].height = 5;
  got = DecodeTaskPayload(EncodeTaskPayload(sent));
  ASSERT_TRUE(got.has_error());
  EXPECT_THAT(got.error().message, HasSubstr("end 3 pixels before"));
  sent.items[0].width = 0;
  EXPECT_TRUE(DecodeTaskPayload(EncodeTaskPayload(sent)).has_error());
}

TEST(Codec, PayloadOfALinkTaskSurvives) {
  TaskResult sent;
  sent.tracks.push_back({4, 2, {{0, {1, 2, 3, 4}, 0.5F}, {10, {2, 3, 4, 5}, 0.25F}}});
  const auto got = DecodeTaskPayload(EncodeTaskPayload(sent));
  ASSERT_TRUE(got.has_value());
  EXPECT_EQ(got.value().tracks, sent.tracks);
}

TEST(Codec, RefusesKeyframesThatDoNotAscend) {
  TaskResult sent;
  sent.tracks.push_back({1, 0, {{5, {}, 0.5F}, {5, {}, 0.5F}}});
  const auto got = DecodeTaskPayload(EncodeTaskPayload(sent));
  ASSERT_TRUE(got.has_error());
  EXPECT_THAT(got.error().message, HasSubstr("do not ascend"));
}

TEST(Codec, RefusesNumbersThatAreNotFinite) {
  TaskResult sent = SomeResult();
  sent.items[0].predictions[0].score = std::numeric_limits<float>::quiet_NaN();
  EXPECT_TRUE(DecodeTaskPayload(EncodeTaskPayload(sent)).has_error());
}

TEST(Codec, RefusesTilesThatDoNotFit) {
  const auto problem = [](std::vector<ImageTile> tiles) {
    Assign sent{Epoch(3), {}};
    Assignment& task = sent.tasks.emplace_back();
    task.task = {TaskId(9), TaskKind::kDetect, SourceId(1), 0, 1, 1};
    task.paths = {"a.jpg"};
    task.tiles = std::move(tiles);
    const auto got = DecodeCoordinatorMessage(EncodeCoordinatorMessage(sent));
    return got ? std::string() : got.error().message;
  };
  const ImageTile fits{{100, 50}, {60, 10, 40, 40}};
  EXPECT_EQ(problem({fits}), "");
  EXPECT_THAT(problem({fits, fits}), HasSubstr("one tile an item"));
  EXPECT_THAT(problem({{{100, 50}, {61, 10, 40, 40}}}), HasSubstr("outside its image"));
  EXPECT_THAT(problem({{{100, 50}, {0, 11, 40, 40}}}), HasSubstr("outside its image"));
  EXPECT_THAT(problem({{{100, 50}, {0, 0, 40, 0}}}), HasSubstr("outside its image"));
  EXPECT_THAT(problem({{{1 << 21, 50}, {0, 0, 40, 40}}}), HasSubstr("image size"));
}

TEST(Codec, AssignmentSurvivesWithPathsAndDetections) {
  Assign sent{Epoch(3), {}};
  Assignment detect;
  detect.task = {TaskId(9), TaskKind::kDetect, SourceId(1), 32, 2, 5};
  detect.attempt = Attempt(2);
  detect.paths = {"a b.jpg", "ü.png"};
  detect.video = true;
  Assignment tiled = detect;
  tiled.tiles = {
      {{20000, 9000}, {19000, 8000, 1000, 900}}, {{20000, 9000}, {0, 0, 20000, 9000}}, {}};
  tiled.paths = {"/a.jpg", "/a.jpg", "/unknown.jpg"};
  tiled.task.count = 3;
  Assignment link;
  link.task = {TaskId(10), TaskKind::kLink, SourceId(1), 0, 795, 1};
  link.attempt = Attempt(1);
  link.detections = {{40, {{1, 0.5F, {0, 1, 2, 3}}}}};
  link.detections[0].appearance.assign(kAppearanceSize, 7);
  link.detections[0].scene.assign(kAppearanceSize, 255);
  link.link = {.class_thresholds = {0.3F, 2.0F},
               .low_threshold = 0.11F,
               .match_iou = 0.22F,
               .low_match_iou = 0.55F,
               .match_appearance = 0.9F,
               .follow_gap = 7,
               .max_gap = 12,
               .frame_rate = 29.97,
               .min_observations = 3,
               .score_reach = 4};
  link.chooser = {
      .frame_count = 795, .budget = 159, .tolerance = 0.7F, .width = 768, .height = 576};
  link.unreadable = {0, 5, 700};
  sent.tasks = {detect, link, tiled};
  const auto got = DecodeCoordinatorMessage(EncodeCoordinatorMessage(sent));
  ASSERT_TRUE(got.has_value());
  const auto& assign = std::get<Assign>(got.value());
  EXPECT_EQ(assign.epoch, Epoch(3));
  ASSERT_EQ(assign.tasks.size(), 3U);
  EXPECT_TRUE(assign.tasks[0].tiles.empty());
  EXPECT_EQ(assign.tasks[2].tiles, tiled.tiles);
  EXPECT_EQ(assign.tasks[0].task, detect.task);
  EXPECT_EQ(assign.tasks[0].attempt, Attempt(2));
  EXPECT_EQ(assign.tasks[0].paths, detect.paths);
  EXPECT_TRUE(assign.tasks[0].video);
  EXPECT_FALSE(assign.tasks[1].video);
  EXPECT_EQ(assign.tasks[1].task, link.task);
  ASSERT_EQ(assign.tasks[1].detections.size(), 1U);
  EXPECT_EQ(assign.tasks[1].detections[0].predictions, link.detections[0].predictions);
  EXPECT_EQ(assign.tasks[1].detections[0].appearance, link.detections[0].appearance);
  EXPECT_EQ(assign.tasks[1].detections[0].scene, link.detections[0].scene);
  const LinkOptions& options = assign.tasks[1].link;
  EXPECT_EQ(options.class_thresholds, link.link.class_thresholds);
  EXPECT_EQ(options.low_threshold, 0.11F);
  EXPECT_EQ(options.match_iou, 0.22F);
  EXPECT_EQ(options.low_match_iou, 0.55F);
  EXPECT_EQ(options.match_appearance, 0.9F);
  EXPECT_EQ(options.follow_gap, 7);
  EXPECT_EQ(options.max_gap, 12);
  EXPECT_EQ(options.frame_rate, 29.97);
  EXPECT_EQ(options.min_observations, 3U);
  EXPECT_EQ(options.score_reach, 4U);
  EXPECT_EQ(assign.tasks[0].chooser.budget, 0);
  EXPECT_EQ(assign.tasks[1].chooser.frame_count, 795);
  EXPECT_EQ(assign.tasks[1].chooser.budget, 159);
  EXPECT_EQ(assign.tasks[1].chooser.tolerance, 0.7F);
  EXPECT_EQ(assign.tasks[1].chooser.width, 768);
  EXPECT_EQ(assign.tasks[1].chooser.height, 576);
  EXPECT_EQ(assign.tasks[1].unreadable, link.unreadable);
}

TEST(Codec, RefusesDescriptorsOfTheWrongSize) {
  TaskResult sent = SomeResult();
  sent.items[0].appearance.push_back(0);
  EXPECT_TRUE(DecodeTaskPayload(EncodeTaskPayload(sent)).has_error());
  sent = SomeResult();  // more than there are predictions
  sent.items[0].appearance.resize((sent.items[0].predictions.size() + 1) * kAppearanceSize);
  EXPECT_TRUE(DecodeTaskPayload(EncodeTaskPayload(sent)).has_error());
}

TEST(Codec, WantedFramesSurviveAndMustAscend) {
  EncodedResult result{TaskId(3), Attempt(1), 0, 0, 0, "payload", {0, 4, 700}};
  const auto got = DecodeWorkerMessage(EncodeWorkerMessage(ResultMessage{Epoch(1), {result}}));
  ASSERT_TRUE(got.has_value());
  EXPECT_EQ(std::get<ResultMessage>(got.value()).results.at(0).wanted, result.wanted);
  for (const std::vector<std::int64_t>& wrong :
       {std::vector<std::int64_t>{4, 4}, {4, 3}, {-1}, {INT64_MAX}}) {
    result.wanted = wrong;
    EXPECT_TRUE(
        DecodeWorkerMessage(EncodeWorkerMessage(ResultMessage{Epoch(1), {result}})).has_error());
  }
}

TEST(Codec, HelloSurvives) {
  Hello sent;
  sent.worker_uuid = "0123";
  sent.hostname = "gpu-1";
  sent.nonce = 0xFFFFFFFFFFFFFFFFULL;
  sent.slots = 4;
  sent.compute = {"0.1", "cpu", "AVX2", "fp32"};
  sent.process_id = 4711;
  sent.held = {{Epoch(2), TaskId(7), Attempt(3)}};
  sent.run = "a1b2";
  sent.allocation = "71_3";
  const auto got = DecodeWorkerMessage(EncodeWorkerMessage(sent));
  ASSERT_TRUE(got.has_value());
  const auto& hello = std::get<Hello>(got.value());
  EXPECT_EQ(hello.protocol_version, kProtocolVersion);
  EXPECT_EQ(hello.nonce, sent.nonce);
  EXPECT_EQ(hello.slots, 4U);
  EXPECT_EQ(hello.compute, sent.compute);
  EXPECT_EQ(hello.process_id, 4711U);
  EXPECT_EQ(hello.held, sent.held);
  EXPECT_EQ(hello.run, "a1b2");
  EXPECT_EQ(hello.allocation, "71_3");
}

TEST(Codec, SecondLooksSurvive) {
  for (const TaskKind kind :
       {TaskKind::kFlip, TaskKind::kColor, TaskKind::kScale, TaskKind::kSecondModel}) {
    Assign sent{Epoch(3), {{}}};
    sent.tasks[0].task = {TaskId(9), kind, SourceId(1), 32, 2, 5};
    sent.tasks[0].paths = {"a.jpg", "b.jpg"};
    const auto got = DecodeCoordinatorMessage(EncodeCoordinatorMessage(sent));
    ASSERT_TRUE(got.has_value());
    EXPECT_EQ(std::get<Assign>(got.value()).tasks[0].task, sent.tasks[0].task);
  }
}

TEST(Codec, WelcomeSurvivesWithGrants) {
  Welcome sent;
  sent.epoch = Epoch(4);
  sent.heartbeat = std::chrono::milliseconds(250);
  sent.lease = std::chrono::milliseconds(750);
  sent.granted = {{{Epoch(3), TaskId(7), Attempt(3)}, Attempt(1)}};
  sent.run = "a1b2";
  sent.second_model_card = "/models/other/model.yaml";
  sent.fusion.models = {{"/models/a.yaml", {"car", "bus"}, 2}, {"/models/b.yaml", {}, 0.5F}};
  sent.fusion.method = FuseMethod::kWeighted;
  sent.fusion.iou = 0.7F;
  const auto got = DecodeCoordinatorMessage(EncodeCoordinatorMessage(sent));
  ASSERT_TRUE(got.has_value());
  const auto& welcome = std::get<Welcome>(got.value());
  EXPECT_EQ(welcome.epoch, Epoch(4));
  EXPECT_EQ(welcome.heartbeat, sent.heartbeat);
  EXPECT_EQ(welcome.lease, sent.lease);
  EXPECT_EQ(welcome.run, "a1b2");
  EXPECT_EQ(welcome.second_model_card, "/models/other/model.yaml");
  EXPECT_EQ(welcome.fusion, sent.fusion);
  ASSERT_EQ(welcome.granted.size(), 1U);
  EXPECT_EQ(welcome.granted[0].held, sent.granted[0].held);
  EXPECT_EQ(welcome.granted[0].attempt, Attempt(1));
}

TEST(Codec, HeartbeatAndItsAnswerSurvive) {
  const Heartbeat sent{12, 5, {{TaskId(8), Attempt(2), 3, 6}}, 7, 1, 5'000'000'000};
  const auto got = DecodeWorkerMessage(EncodeWorkerMessage(sent));
  ASSERT_TRUE(got.has_value());
  const auto& heartbeat = std::get<Heartbeat>(got.value());
  EXPECT_EQ(heartbeat.items_done, 12U);
  EXPECT_EQ(heartbeat.sequence, 5U);
  EXPECT_EQ(heartbeat.running, sent.running);
  EXPECT_EQ(heartbeat.cancels, 7U);
  EXPECT_EQ(heartbeat.strays, 1U);
  EXPECT_EQ(heartbeat.resident_bytes, 5'000'000'000U);
  Ack ack;
  ack.heartbeat = 5;
  const auto answer = DecodeCoordinatorMessage(EncodeCoordinatorMessage(ack));
  ASSERT_TRUE(answer.has_value());
  EXPECT_EQ(std::get<Ack>(answer.value()).heartbeat, 5U);
}

TEST(Codec, AFailureNamesItsKindAndItem) {
  const auto named = DecodeWorkerMessage(EncodeWorkerMessage(
      Failure{Epoch(1), TaskId(2), Attempt(3), "out of memory", FailureKind::kTransient, 0}));
  ASSERT_TRUE(named.has_value());
  EXPECT_EQ(std::get<Failure>(named.value()).kind, FailureKind::kTransient);
  EXPECT_EQ(std::get<Failure>(named.value()).position, std::optional<std::uint32_t>(0));
  const auto unnamed = DecodeWorkerMessage(EncodeWorkerMessage(
      Failure{Epoch(1), TaskId(2), Attempt(3), "huge", FailureKind::kTooLarge, std::nullopt}));
  ASSERT_TRUE(unnamed.has_value());
  EXPECT_EQ(std::get<Failure>(unnamed.value()).kind, FailureKind::kTooLarge);
  EXPECT_EQ(std::get<Failure>(unnamed.value()).position, std::nullopt);
}

TEST(Codec, FetchesAndChunksSurvive) {
  const Fetch sent{7, FetchKind::kVideoIndex, "/data/a.mp4", 1U << 20, 4096, 6};
  const auto got = DecodeWorkerMessage(EncodeWorkerMessage(sent));
  ASSERT_TRUE(got.has_value());
  const auto& fetch = std::get<Fetch>(got.value());
  EXPECT_EQ(fetch.id, 7U);
  EXPECT_EQ(fetch.kind, FetchKind::kVideoIndex);
  EXPECT_EQ(fetch.path, "/data/a.mp4");
  EXPECT_EQ(fetch.offset, 1U << 20);
  EXPECT_EQ(fetch.length, 4096U);
  EXPECT_EQ(fetch.received, 6U);

  const std::string bytes("a\0b", 3);
  const auto chunk = DecodeCoordinatorMessage(EncodeCoordinatorMessage(Chunk{7, 10, 3, bytes, {}}));
  ASSERT_TRUE(chunk.has_value());
  EXPECT_EQ(std::get<Chunk>(chunk.value()).id, 7U);
  EXPECT_EQ(std::get<Chunk>(chunk.value()).size, 10U);
  EXPECT_EQ(std::get<Chunk>(chunk.value()).version, 3U);
  EXPECT_EQ(std::get<Chunk>(chunk.value()).bytes, bytes);
  EXPECT_FALSE(std::get<Chunk>(chunk.value()).error);
  for (const Chunk& each : {Chunk{7, 10, 3, bytes, {}}, Chunk{7, 0, 0, {}, {}},
                            Chunk{0, 0, ~std::uint64_t{0}, bytes, {}},
                            Chunk{1, 2, 3, std::string(kMaxChunkBytes, 'b'), {}},
                            Chunk{9, 0, 0, {}, Unavailable("later")}}) {
    const std::string encoded = EncodeCoordinatorMessage(each);
    EXPECT_EQ(EncodeChunk(each), encoded);
    const auto taken = TakeCoordinatorMessage(encoded);
    ASSERT_TRUE(taken.has_value());
    const auto& same = std::get<Chunk>(taken.value());
    EXPECT_EQ(same.id, each.id);
    EXPECT_EQ(same.size, each.size);
    EXPECT_EQ(same.version, each.version);
    EXPECT_EQ(same.bytes, each.bytes);
    EXPECT_EQ(same.error.has_value(), each.error.has_value());
  }
  // Other messages, and those that are none, are what they are to the other decoder.
  EXPECT_TRUE(std::holds_alternative<Drain>(
      TakeCoordinatorMessage(EncodeCoordinatorMessage(Drain{})).value()));
  const std::string whole = EncodeChunk({7, 10, 3, bytes, {}});
  for (std::size_t length = 0; length < whole.size(); ++length) {
    EXPECT_EQ(TakeCoordinatorMessage(whole.substr(0, length)).has_value(),
              DecodeCoordinatorMessage(whole.substr(0, length)).has_value());
  }
  EXPECT_TRUE(TakeCoordinatorMessage(EncodeCoordinatorMessage(
                                         Chunk{1, 2, 3, std::string(kMaxChunkBytes + 1, 'b'), {}}))
                  .has_error());

  for (const Error& error : {Unavailable("later"), DataLoss("bad"), InvalidArgument("no")}) {
    const auto failed =
        DecodeCoordinatorMessage(EncodeCoordinatorMessage(Chunk{8, 0, 0, {}, error}));
    ASSERT_TRUE(failed.has_value());
    ASSERT_TRUE(std::get<Chunk>(failed.value()).error);
    EXPECT_EQ(std::get<Chunk>(failed.value()).error->code, error.code);
    EXPECT_EQ(std::get<Chunk>(failed.value()).error->message, error.message);
  }
}

TEST(Codec, RefusesFetchesOfNothingAndOfTooMuch) {
  for (const std::uint32_t length : {0U, kMaxChunkBytes + 1}) {
    EXPECT_TRUE(
        DecodeWorkerMessage(EncodeWorkerMessage(Fetch{1, FetchKind::kFile, "/a", 0, length, 0}))
            .has_error());
  }
}

VideoIndex SomeIndex() {
  VideoIndex index;
  index.width = 768;
  index.height = 576;
  index.time_base_num = 1;
  index.time_base_den = 12800;
  index.frames = {{-512, -1024, 0, 900, true}, {0, -512, 2, 10, false}, {512, 0, 1, 70, true}};
  return index;
}

TEST(Codec, AVideosIndexSurvives) {
  for (const bool by_count : {false, true}) {
    VideoIndex sent = SomeIndex();
    sent.by_count = by_count;
    const auto got = DecodeVideoIndex(EncodeVideoIndex(sent));
    ASSERT_TRUE(got.has_value()) << got.error().ToString();
    EXPECT_EQ(got.value().width, 768);
    EXPECT_EQ(got.value().height, 576);
    EXPECT_EQ(got.value().time_base_num, 1);
    EXPECT_EQ(got.value().time_base_den, 12800);
    EXPECT_EQ(got.value().by_count, by_count);
    ASSERT_EQ(got.value().frames.size(), sent.frames.size());
    for (std::size_t i = 0; i < sent.frames.size(); ++i) {
      EXPECT_EQ(got.value().frames[i].pts, sent.frames[i].pts) << i;
      EXPECT_EQ(got.value().frames[i].dts, sent.frames[i].dts) << i;
      EXPECT_EQ(got.value().frames[i].decode_index, sent.frames[i].decode_index) << i;
      EXPECT_EQ(got.value().frames[i].bytes, sent.frames[i].bytes) << i;
      EXPECT_EQ(got.value().frames[i].keyframe, sent.frames[i].keyframe) << i;
    }
  }
}

TEST(Codec, RefusesIndexesThatReadersCouldNotUse) {
  VideoIndex back = SomeIndex();
  back.frames[2].pts = -600;
  EXPECT_TRUE(DecodeVideoIndex(EncodeVideoIndex(back)).has_error());
  VideoIndex far = SomeIndex();
  far.frames[1].decode_index = std::int64_t{1} << 40;  // would be the length of a list
  EXPECT_TRUE(DecodeVideoIndex(EncodeVideoIndex(far)).has_error());
  VideoIndex timeless = SomeIndex();
  timeless.time_base_den = 0;
  EXPECT_TRUE(DecodeVideoIndex(EncodeVideoIndex(timeless)).has_error());
}

TEST(Codec, RefusesGarbageAndNothing) {
  EXPECT_TRUE(DecodeWorkerMessage("\xFF\xFF\xFF").has_error());
  EXPECT_TRUE(DecodeWorkerMessage("").has_error());
  EXPECT_TRUE(DecodeCoordinatorMessage("garbage").has_error());
}

TEST(Codec, RefusesATextOverTheLimit) {
  Hello hello;
  hello.hostname = std::string(5000, 'x');
  const auto got = DecodeWorkerMessage(EncodeWorkerMessage(hello));
  ASSERT_TRUE(got.has_error());
  EXPECT_EQ(got.error().code, ErrorCode::kInvalidArgument);
}

TEST(Codec, LongReasonsAreCutBetweenCharacters) {
  std::string reason(4095, 'x');
  reason += "ü and more";  // its two bytes would stand on both sides of the limit of 4096
  const std::string cut(4095, 'x');
  const auto failure = DecodeWorkerMessage(
      EncodeWorkerMessage(Failure{{}, {}, {}, reason, FailureKind::kPermanent, std::nullopt}));
  ASSERT_TRUE(failure.has_value());
  EXPECT_EQ(std::get<Failure>(failure.value()).reason, cut);
  const auto goodbye = DecodeWorkerMessage(EncodeWorkerMessage(Goodbye{reason}));
  ASSERT_TRUE(goodbye.has_value());
  EXPECT_EQ(std::get<Goodbye>(goodbye.value()).reason, cut);
  const auto reject = DecodeCoordinatorMessage(EncodeCoordinatorMessage(Reject{reason, false}));
  ASSERT_TRUE(reject.has_value());
  EXPECT_EQ(std::get<Reject>(reject.value()).reason, cut);
}

TEST(Codec, MessagesWithNothingInThemSurvive) {
  const auto ack = DecodeCoordinatorMessage(EncodeCoordinatorMessage(Ack{}));
  ASSERT_TRUE(ack.has_value());
  EXPECT_TRUE(std::get<Ack>(ack.value()).items.empty());
  const auto drain = DecodeCoordinatorMessage(EncodeCoordinatorMessage(Drain{}));
  ASSERT_TRUE(drain.has_value());
  EXPECT_TRUE(std::holds_alternative<Drain>(drain.value()));
  for (const WorkerMessage& message : {WorkerMessage(Credit{}), WorkerMessage(Heartbeat{}),
                                       WorkerMessage(ResultMessage{}), WorkerMessage(Goodbye{})}) {
    const auto got = DecodeWorkerMessage(EncodeWorkerMessage(message));
    ASSERT_TRUE(got.has_value());
    EXPECT_EQ(got.value().index(), message.index());
  }
}

}  // namespace
}  // namespace prelabel
