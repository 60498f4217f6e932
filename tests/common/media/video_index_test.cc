// Expected counts, sizes and times: what the ffmpeg program was told to make.
#include "common/media/video_index.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <iterator>

#include "tests/common/media/video_clips.h"

namespace prelabel {
namespace {

using ::testing::HasSubstr;

int Keyframes(const VideoIndex& index) {
  int count = 0;
  for (const VideoFrameEntry& frame : index.frames) count += frame.keyframe ? 1 : 0;
  return count;
}

TEST_F(VideoClips, FramesAreListedInPresentationOrder) {
  for (const char* name : {"a.mp4", "a.ts", "a.mkv"}) {
    const auto built = BuildVideoIndex(Make(name, kH264));
    ASSERT_TRUE(built.has_value()) << name << built.error().ToString();
    const VideoIndex& index = built.value();
    EXPECT_EQ(index.width, 96);
    EXPECT_EQ(index.height, 64);
    ASSERT_EQ(index.frames.size(), 60U) << name;
    EXPECT_FALSE(index.by_count);
    EXPECT_TRUE(index.frames[0].keyframe);
    EXPECT_GE(Keyframes(index), 5);  // 60 frames, one at least every 12
    EXPECT_NEAR(index.FrameRate(), 25, 0.01);
    bool reordered = false;
    for (std::int64_t i = 0; i < 60; ++i) {
      EXPECT_NEAR(index.TimestampSeconds(i), static_cast<double>(i) / 25, 1e-3);
      reordered |= index.frames[static_cast<std::size_t>(i)].decode_index != i;
    }
    EXPECT_TRUE(reordered) << "the clip has B-frames";
  }
}

// Pictures that are shown before a keyframe and decoded after it are what makes a group open.
TEST_F(VideoClips, AnOpenGroupHasPicturesBeforeItsKeyframe) {
  const auto leading = [&](const char* name, const std::string& options) {
    const auto built = BuildVideoIndex(Make(name, options));
    EXPECT_TRUE(built.has_value()) << name;
    int count = 0;
    const auto& frames = built.value().frames;
    for (std::size_t i = 1; i < frames.size(); ++i) {
      if (frames[i].keyframe && frames[i - 1].decode_index > frames[i].decode_index) ++count;
    }
    return count;
  };
  EXPECT_EQ(leading("closed.ts", kH264), 0);
  EXPECT_GE(leading("open.ts", std::string(kH264) + kOpenGop), 2);
  EXPECT_GE(leading("open.mp4", kHevc), 2);
}

TEST_F(VideoClips, VariableRateKeepsEveryFramesTime) {
  // Frame n is shown at n(n + 1)/50 s.
  const auto built = BuildVideoIndex(
      Make("vfr.mkv", std::string("-vf 'settb=1/1000,setpts=N*(N+1)*20' -vsync vfr ") + kH264, 20));
  ASSERT_TRUE(built.has_value());
  ASSERT_EQ(built.value().frames.size(), 20U);
  for (std::int64_t i = 0; i < 20; ++i) {
    EXPECT_NEAR(built.value().TimestampSeconds(i), static_cast<double>(i * (i + 1)) / 50, 2e-3);
  }
}

TEST_F(VideoClips, AviWithBFramesIsNumberedByCount) {
  const auto built = BuildVideoIndex(Make("b.avi", kH264));
  ASSERT_TRUE(built.has_value());
  EXPECT_TRUE(built.value().by_count);
  EXPECT_EQ(built.value().frames.size(), 60U);
  EXPECT_NEAR(built.value().FrameRate(), 25, 0.01);
}

TEST_F(VideoClips, TheHeadersClaimIsKeptApartFromWhatIsThere) {
  const auto path = Make("cut.avi", kMpeg4);
  Cut(path, 0.5);
  const auto built = BuildVideoIndex(path);
  ASSERT_TRUE(built.has_value());
  EXPECT_EQ(built.value().header_frames, 60);
  EXPECT_LT(built.value().frames.size(), 50U);
  EXPECT_GT(built.value().frames.size(), 10U);
}

TEST_F(VideoClips, FramesBeforeAnEditListsStartDoNotCount) {
  const auto whole = Make("whole.mp4", kH264);
  const auto later = Run("-ss 1.0 -i '" + whole.string() + "' -c copy", "later.mp4");
  const auto built = BuildVideoIndex(later);
  ASSERT_TRUE(built.has_value());
  EXPECT_EQ(built.value().frames.size(), 35U);  // 60 less the 25 of the first second
  // What ffprobe counts in the file is what it claims.
  EXPECT_EQ(built.value().header_frames, 35 + built.value().edited_out);
}

TEST_F(VideoClips, WhatIsNoVideoSaysWhy) {
  const auto expect = [](const std::filesystem::path& path, const std::string& text) {
    const auto built = BuildVideoIndex(path);
    ASSERT_TRUE(built.has_error()) << path;
    EXPECT_EQ(built.error().code, ErrorCode::kDataLoss);
    EXPECT_THAT(built.error().ToString(), HasSubstr(text));
    EXPECT_THAT(built.error().ToString(), HasSubstr(path.filename().string()));
  };
  std::ofstream(folder_ / "empty.avi").close();
  expect(folder_ / "empty.avi", "empty");
  std::ofstream(folder_ / "text.mp4") << "hello\n";
  expect(folder_ / "text.mp4", "not a video");
  expect(folder_, "folder");
  std::ifstream known(Make("known.avi", kMpeg4, 2), std::ios::binary);
  std::string bytes((std::istreambuf_iterator<char>(known)), {});
  for (std::size_t at; (at = bytes.find("FMP4")) != std::string::npos;)
    bytes.replace(at, 4, "ZZZZ");
  std::ofstream(folder_ / "unknown.avi", std::ios::binary) << bytes;
  expect(folder_ / "unknown.avi", "no decoder for its format");
  expect(Run("-f lavfi -i sine=duration=1 -c:a pcm_s16le", "sound.wav"), "no video stream");
  const auto cut = Make("cut.mp4", kH264);
  Cut(cut, 0.5);  // its index stands at the end
  expect(cut, "cut off");
}

TEST_F(VideoClips, AFileThatCannotBeReachedIsNoDamage) {
  const auto built = BuildVideoIndex(folder_ / "missing.avi");
  ASSERT_TRUE(built.has_error());
  EXPECT_EQ(built.error().code, ErrorCode::kUnavailable);
  EXPECT_THAT(built.error().ToString(), HasSubstr("missing.avi: cannot be opened: No such file"));
}

TEST(VtestVideo, HasTheKnownFrames) {
  const std::filesystem::path path = "var/data/vtest.avi";
  if (!std::filesystem::exists(path)) GTEST_SKIP() << path << " is not there: run the quick start";
  const auto built = BuildVideoIndex(path);
  ASSERT_TRUE(built.has_value());
  EXPECT_EQ(built.value().frames.size(), 795U);
  EXPECT_EQ(built.value().width, 768);
  EXPECT_EQ(built.value().height, 576);
  EXPECT_EQ(Keyframes(built.value()), 4);
  EXPECT_NEAR(built.value().FrameRate(), 10, 1e-9);
}

// They name a good clip, which a worker must not be made to open, be it what it may.
TEST_F(VideoClips, PlaylistsAreNotFollowed) {
  const auto clip = Make("clip.ts", kH264, 10);
  ASSERT_TRUE(BuildVideoIndex(clip).has_value());
  const auto write = [&](const char* name, const std::string& text) {
    std::ofstream(folder_ / name) << text;
    return folder_ / name;
  };
  for (const auto& path : {write("hls.m3u8",
                                 "#EXTM3U\n#EXT-X-TARGETDURATION:1\n#EXTINF:0.4,\nclip.ts\n"
                                 "#EXT-X-ENDLIST\n"),
                           write("concat.avi", "ffconcat version 1.0\nfile clip.ts\n"),
                           write("a.sdp",
                                 "v=0\no=- 0 0 IN IP4 127.0.0.1\ns=x\nc=IN IP4 127.0.0.1\nt=0 0\n"
                                 "m=video 9 RTP/AVP 96\na=rtpmap:96 H264/90000\n")}) {
    const auto index = BuildVideoIndex(path);
    ASSERT_TRUE(index.has_error()) << path;
    EXPECT_EQ(index.error().code, ErrorCode::kDataLoss);
  }
}

TEST_F(VideoClips, PicturesThatClaimToBeHugeAreRefused) {
  const auto path = Make("a.avi", "-c:v rawvideo -pix_fmt bgr24", 2);
  std::fstream file(path, std::ios::in | std::ios::out | std::ios::binary);
  std::string text(4096, '\0');
  file.read(text.data(), static_cast<std::streamsize>(text.size()));
  // BITMAPINFOHEADER: its size, then width and height; here 20,000 each.
  const std::size_t header = text.find(std::string("strf")) + 8;
  ASSERT_LT(header, text.size() - 40);
  file.clear();
  file.seekp(static_cast<std::streamoff>(header + 4));
  file.write("\x20\x4e\0\0\x20\x4e\0\0", 8);
  file.close();
  const auto index = BuildVideoIndex(path);
  ASSERT_TRUE(index.has_error());
  EXPECT_THAT(index.error().message, HasSubstr("unknown or too large"));
}

}  // namespace
}  // namespace prelabel
