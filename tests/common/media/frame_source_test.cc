// Expected pictures: what the ffmpeg program decodes (its framemd5 of BGR pictures), and one
// sequential pass for the order of reading.
#include "common/media/frame_source.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <xxhash.h>

#include <algorithm>
#include <fstream>
#include <iterator>
#include <random>

#include "common/media/decoding_cost.h"
#include "tests/common/media/video_clips.h"

namespace prelabel {
namespace {

using ::testing::HasSubstr;
using Bytes = std::vector<std::uint8_t>;

std::unique_ptr<FrameSource> Open(const std::filesystem::path& path) {
  Result<VideoIndex> index = BuildVideoIndex(path);
  EXPECT_TRUE(index.has_value()) << index.error().ToString();
  auto source = OpenVideo(path, std::move(index).value());
  EXPECT_TRUE(source.has_value()) << source.error().ToString();
  return std::move(source).value();
}

// Pixels by their hash, damage by its message.
std::string Outcome(FrameSource& source, std::int64_t frame) {
  const Result<Image> image = source.Read(frame);
  if (image.has_error()) return image.error().ToString();
  return fmt::format("{:016x}", XXH3_64bits(image.value().bgr.data(), image.value().bgr.size()));
}

std::vector<std::string> ReadSequentially(const std::filesystem::path& path) {
  const auto source = Open(path);
  std::vector<std::string> outcomes;
  for (std::int64_t i = 0; i < source->FrameCount(); ++i) outcomes.push_back(Outcome(*source, i));
  return outcomes;
}

void ExpectSameInAnyOrder(const std::filesystem::path& path) {
  const std::vector<std::string> expected = ReadSequentially(path);
  const auto count = static_cast<std::int64_t>(expected.size());
  const auto source = Open(path);
  const auto check = [&](FrameSource& from, std::int64_t frame) {
    EXPECT_EQ(Outcome(from, frame), expected[static_cast<std::size_t>(frame)])
        << path << " frame " << frame;
  };
  for (std::int64_t i = count - 1; i >= 0; --i) check(*source, i);
  std::mt19937 random(3);
  for (int i = 0; i < 80; ++i)
    check(*source, static_cast<std::int64_t>(random() % expected.size()));
  for (int i = 0; i < 12; ++i) {  // stretches, some of them with strides
    const auto stride = static_cast<std::int64_t>(1 + random() % 4);
    auto at = static_cast<std::int64_t>(random() % expected.size());
    for (int n = 0; n < 8 && at < count; ++n, at += stride) check(*source, at);
  }
  for (const std::int64_t shard : {7, 16}) {
    for (std::int64_t first = 0; first < count; first += shard) {
      const auto own = Open(path);
      for (std::int64_t i = first; i < std::min(first + shard, count); i += 2) check(*own, i);
    }
  }
}

int Damaged(const std::vector<std::string>& outcomes) {
  return static_cast<int>(std::count_if(outcomes.begin(), outcomes.end(), [](const auto& outcome) {
    return outcome.find("damaged") != std::string::npos;
  }));
}

// BGR pictures as the ffmpeg program decodes them with the same conversion.
std::vector<std::string> DecodedByFfmpeg(const std::filesystem::path& raw, std::size_t bytes) {
  std::ifstream in(raw, std::ios::binary);
  std::vector<std::string> hashes;
  std::vector<char> picture(bytes);
  while (in.read(picture.data(), static_cast<std::streamsize>(bytes))) {
    hashes.push_back(fmt::format("{:016x}", XXH3_64bits(picture.data(), bytes)));
  }
  return hashes;
}

// Frames are compared where the ffmpeg program shows them, none repeated and none dropped.
class VideoFrames : public VideoClips {
 protected:
  std::vector<std::string> ShownByFfmpeg(const std::filesystem::path& path) const {
    return DecodedByFfmpeg(
        Run("-i '" + path.string() +
                "' -vsync passthrough -sws_flags bicubic -f rawvideo -pix_fmt bgr24",
            "raw"),
        96 * 64 * 3);
  }
};

// Two pictures of three missing, and a long gap: a variable frame rate.
constexpr char kDropped[] = "-vf \"select='mod(n,3)*not(between(n,20,40))'\" -vsync vfr ";

struct Clip {
  const char* name;
  std::string options;
};

std::vector<Clip> AllKinds() {
  return {{"mpeg4.avi", kMpeg4},
          {"msmpeg4.avi", "-c:v msmpeg4 -g 12"},
          {"b.mp4", kH264},
          {"b.ts", kH264},
          {"b.mkv", kH264},
          {"open_gop.ts", std::string(kH264) + kOpenGop},
          {"refresh.mp4", std::string(kH264) + " -x264-params intra-refresh=1:keyint=12"},
          {"h264.avi", kH264},
          {"mpeg4_b.avi", "-c:v mpeg4 -bf 2 -g 12"},
          {"mpeg2.mpg", "-c:v mpeg2video -bf 2 -g 12"},
          {"mjpeg.avi", "-c:v mjpeg"},
          {"vfr.mp4", std::string("-vf 'settb=1/1000,setpts=N*(N+1)*20' -vsync vfr ") + kH264},
          {"dropped.mp4", std::string(kDropped) + kH264},
          {"dropped.mkv", std::string(kDropped) + kH264},
          {"dropped.ts", std::string(kDropped) + kH264},
          {"open_gop.mp4", std::string(kH264) + kOpenGop},
          {"open_gop.mkv", std::string(kH264) + kOpenGop},
          {"fragments.mp4", std::string(kH264) + " -movflags frag_keyframe+empty_moov"},
          {"interlaced.ts", std::string(kH264) + " -flags +ildct+ilme"},
          {"pyramid.ts",
           "-c:v libx264 -pix_fmt yuv420p "
           "-x264-params bframes=5:b-pyramid=normal:keyint=20:ref=5"},
          {"hevc.mp4", kHevc},
          {"hevc.ts", kHevc},
          {"hevc.mkv", kHevc},
          {"vp8.webm", "-c:v libvpx -g 12 -auto-alt-ref 1 -lag-in-frames 10 -b:v 200k"},
          {"vp9.webm", "-c:v libvpx-vp9 -g 12 -auto-alt-ref 1 -lag-in-frames 10 -b:v 200k"},
          {"av1.mp4", "-c:v libaom-av1 -cpu-used 8 -g 12 -lag-in-frames 10"},
          {"mjpeg.mp4", "-c:v mjpeg"},
          {"mpeg2.ts", "-c:v mpeg2video -bf 2 -g 12"},
          {"h264.flv", kH264},
          {"bare.h264", kH264}};
}

TEST_F(VideoFrames, FramesAreThoseThatFfmpegDecodesInWhateverOrderTheyAreRead) {
  for (const Clip& clip : AllKinds()) {
    const auto path = Make(clip.name, clip.options);
    EXPECT_EQ(ReadSequentially(path), ShownByFfmpeg(path)) << clip.name;
    ExpectSameInAnyOrder(path);
  }
}

// Stretches of copied packets, which make edit lists that begin before the first frame shown,
// negative timestamps and beginnings inside of a group of pictures.
std::vector<Clip> Edits() {
  return {{"early.mp4", "-ss 0.3"}, {"late.mp4", "-ss 1.5"}, {"early.mkv", "-ss 0.3"},
          {"open.mp4", "-ss 1.0"},  {"open.ts", "-ss 1.0"},  {"hevc.mp4", "-ss 1.0"},
          {"hevc.ts", "-ss 0.3"},   {"hevc.mkv", "-ss 1.0"}};
}

// Every frame that reads well is one that the ffmpeg program shows, in the same order, and all
// those that it shows but we do not are called damaged.
void ExpectNoFramesButFfmpegs(const std::filesystem::path& path,
                              const std::vector<std::string>& theirs) {
  const std::vector<std::string> ours = ReadSequentially(path);
  auto next = theirs.begin();
  std::size_t same = 0;
  for (const std::string& outcome : ours) {
    if (outcome.find("damaged") != std::string::npos) continue;
    next = std::find(next, theirs.end(), outcome);
    ASSERT_NE(next, theirs.end()) << path << " after " << same << " frames";
    ++next;
    ++same;
  }
  EXPECT_GT(same, 10U) << path;
  EXPECT_LE(theirs.size() - same, static_cast<std::size_t>(Damaged(ours))) << path;
  ExpectSameInAnyOrder(path);
}

TEST_F(VideoFrames, OfAnEditedVideoTheFramesAreThoseThatFfmpegShows) {
  const auto closed = Make("whole_closed.mp4", kH264);
  const auto open = Make("whole_open.ts", std::string(kH264) + kOpenGop);
  const auto hevc = Make("whole_hevc.mp4", kHevc);
  for (const Clip& edit : Edits()) {
    const std::string name = edit.name;
    const auto& whole = name.starts_with("open") ? open : name.starts_with("hevc") ? hevc : closed;
    const auto path = Run(edit.options + " -i '" + whole.string() + "' -c copy", name);
    ExpectNoFramesButFfmpegs(path, ShownByFfmpeg(path));
  }
}

TEST_F(VideoFrames, OfAVideoThatWasCutTheFramesAreThoseThatFfmpegShows) {
  for (const Clip& clip :
       {Clip{"closed.ts", kH264}, Clip{"open.ts", std::string(kH264) + kOpenGop},
        Clip{"hevc.ts", kHevc}, Clip{"h.mkv", kH264},
        Clip{"fragments.mp4", std::string(kH264) + " -movflags frag_keyframe+empty_moov"},
        Clip{"mpeg2.mpg", "-c:v mpeg2video -bf 2 -g 12"}}) {
    const auto path = Make(clip.name, clip.options);
    for (const double part : {0.87, 0.61}) {
      Cut(path, part);
      ExpectNoFramesButFfmpegs(path, ShownByFfmpeg(path));
    }
  }
}

// A recording that begins inside of a group of pictures, and two of them in one file.
TEST_F(VideoFrames, OfATransportStreamWithoutItsBeginningTheRestIsRead) {
  for (const Clip& clip :
       {Clip{"open.ts", std::string(kH264) + kOpenGop}, Clip{"hevc.ts", kHevc}}) {
    std::ifstream file(Make(clip.name, clip.options), std::ios::binary);
    const std::string whole((std::istreambuf_iterator<char>(file)), {});
    const std::string later = whole.substr(188 * 55);  // whole transport packets
    for (const auto& [name, bytes] :
         {std::pair{"later.ts", later}, std::pair{"twice.ts", whole + later}}) {
      std::ofstream(folder_ / name, std::ios::binary) << bytes;
      ExpectNoFramesButFfmpegs(folder_ / name, ShownByFfmpeg(folder_ / name));
    }
  }
}

TEST_F(VideoClips, RowsThatFillNoVectorAreConvertedToo) {
  const auto path =
      Run("-f lavfi -i testsrc2=size=54x38:rate=25 -frames:v 5 -c:v mpeg4", "odd.avi");
  const auto raw =
      Run("-i '" + path.string() + "' -sws_flags bicubic -f rawvideo -pix_fmt bgr24", "raw");
  EXPECT_EQ(ReadSequentially(path), DecodedByFfmpeg(raw, 54 * 38 * 3));
}

TEST_F(VideoClips, AVideoCutMidFrameLosesThatFrameAlone) {
  for (const Clip& clip : {Clip{"cut.avi", kMpeg4}, Clip{"cut_mjpeg.avi", "-c:v mjpeg"},
                           Clip{"cut.mp4", std::string(kH264) + " -movflags +faststart"}}) {
    const auto path = Make(clip.name, clip.options);
    const std::vector<std::string> whole = ReadSequentially(path);
    Cut(path, 0.6);
    const std::vector<std::string> cut = ReadSequentially(path);
    ASSERT_GT(cut.size(), 10U) << clip.name;
    ASSERT_LT(cut.size(), whole.size());
    EXPECT_EQ(Damaged(cut), 1) << clip.name;
    std::size_t lost = 0;
    while (lost < cut.size() && cut[lost] == whole[lost]) ++lost;
    ASSERT_LT(lost, cut.size());
    // With B-frames the last packet of the file need not be the last frame.
    EXPECT_GE(lost + 4, cut.size());
    EXPECT_THAT(cut[lost],
                HasSubstr(fmt::format("{}: frame {} is damaged: the file ends in the middle of it",
                                      path.string(), lost)));
    ExpectSameInAnyOrder(path);
  }
}

TEST_F(VideoClips, DamageInTheMiddleLeavesTheOthersReadable) {
  const auto path = Make("hole.ts", kH264);
  const std::vector<std::string> whole = ReadSequentially(path);
  std::fstream file(path, std::ios::in | std::ios::out | std::ios::binary);
  file.seekp(static_cast<std::streamoff>(std::filesystem::file_size(path) / 2));
  file.write(std::string(400, '\x55').data(), 400);
  file.close();
  const std::vector<std::string> holed = ReadSequentially(path);
  EXPECT_GE(Damaged(holed), 1);
  EXPECT_LE(Damaged(holed), 12);
  ASSERT_GE(holed.size(), whole.size() - 2);
  for (std::size_t i = 0; i < 20; ++i) EXPECT_EQ(holed[i], whole[i]);
  for (std::size_t i = 1; i <= 10; ++i) EXPECT_EQ(*(holed.end() - i), *(whole.end() - i));
  ExpectSameInAnyOrder(path);
}

// libavformat marks every packet of such an AVI as a keyframe (seen with msmpeg4, not mpeg4).
TEST_F(VideoClips, AnAviWithoutItsIndexIsDecodedOnce) {
  const auto path = Make("cut.avi", "-c:v msmpeg4 -g 250", 300);
  Cut(path, 0.7);
  const Result<VideoIndex> index = BuildVideoIndex(path);
  ASSERT_TRUE(index.has_value());
  const auto& frames = index.value().frames;
  ASSERT_GT(frames.size(), 150U);
  ASSERT_EQ(std::count_if(frames.begin(), frames.end(),
                          [](const VideoFrameEntry& frame) { return frame.keyframe; }),
            static_cast<std::ptrdiff_t>(frames.size()));
  const std::vector<std::string> expected = ReadSequentially(path);
  const auto count = static_cast<std::int64_t>(frames.size());
  for (const std::int64_t every : {2, 7, 20}) {
    const auto source = Open(path);
    for (std::int64_t i = 0; i < count; i += every) {
      EXPECT_EQ(Outcome(*source, i), expected[static_cast<std::size_t>(i)]) << i;
    }
    // Once through, and a few packets for finding out.
    EXPECT_LE(DecodedPackets(*source), count + 20) << every;
    // Any way back costs no more than the way from the start.
    const std::int64_t before = DecodedPackets(*source);
    EXPECT_EQ(Outcome(*source, 100), expected[100]);
    EXPECT_LE(DecodedPackets(*source), before + 101 + 2);
  }
  ExpectSameInAnyOrder(path);
}

TEST_F(VideoClips, ReadingElsewhereCostsTheWayFromTheKeyframeBefore) {
  const auto path = Make("whole.avi", kMpeg4, 120);
  const auto source = Open(path);
  std::int64_t before = 0;
  for (const std::int64_t frame : {100, 30, 61, 119, 0}) {
    ASSERT_TRUE(source->Read(frame).has_value());
    // 12 from keyframe to keyframe, and up to two that the decoder holds back.
    EXPECT_LE(DecodedPackets(*source) - before, 12 + 2) << frame;
    before = DecodedPackets(*source);
  }
}

TEST_F(VideoClips, AFrameThatDoesNotExistIsRefused) {
  const auto source = Open(Make("a.avi", kMpeg4, 5));
  EXPECT_EQ(source->FrameCount(), 5);
  for (const std::int64_t frame : {-1, 5}) {
    const Result<Image> image = source->Read(frame);
    ASSERT_TRUE(image.has_error());
    EXPECT_EQ(image.error().code, ErrorCode::kInvalidArgument);
  }
}

TEST_F(VideoClips, AQuarterTurnOfTheContainerIsApplied) {
  const auto plain = Make("plain.mp4", kH264, 3);
  const auto turned =
      Run("-i '" + plain.string() + "' -c copy -metadata:s:v rotate=90", "turned.mp4");
  // The ffmpeg program turns pictures by itself, as players do.
  const auto raw =
      Run("-i '" + turned.string() + "' -sws_flags bicubic -f rawvideo -pix_fmt bgr24", "raw");
  const std::vector<std::string> expected = DecodedByFfmpeg(raw, 96 * 64 * 3);
  const auto source = Open(turned);
  const Result<Image> image = source->Read(0);
  ASSERT_TRUE(image.has_value());
  EXPECT_EQ(image.value().width, 64);
  EXPECT_EQ(image.value().height, 96);
  EXPECT_EQ(ReadSequentially(turned), expected);
}

}  // namespace
}  // namespace prelabel
