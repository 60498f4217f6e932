// Expected sentences: by hand from counts and times that are made up here.
#include "coordinator/scan/frame_notes.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <initializer_list>

namespace prelabel {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

// Frames at these milliseconds.
VideoIndex Shown(std::initializer_list<std::int64_t> times) {
  VideoIndex index;
  index.time_base_den = 1000;
  for (const std::int64_t time : times) index.frames.push_back({.pts = time, .dts = time});
  return index;
}

TEST(FrameNotes, AnOrdinaryVideoHasNone) {
  VideoIndex index = Shown({0, 17, 33, 50, 67});  // 60 a second in whole milliseconds
  EXPECT_THAT(FrameNotes(index), IsEmpty());
  index.header_frames = 5;
  EXPECT_THAT(FrameNotes(index), IsEmpty());
}

TEST(FrameNotes, AHeaderThatClaimsAnotherNumberIsToldOf) {
  VideoIndex index = Shown({0, 40, 80});
  index.header_frames = 300;
  EXPECT_THAT(
      FrameNotes(index),
      ElementsAre("the container's header claims 300 frames; 3 are there: the recording was "
                  "cut off, the copy is incomplete, or frames were dropped"));
  index.header_frames = 2;
  EXPECT_THAT(FrameNotes(index),
              ElementsAre("the container's header claims 2 frames; 3 are there"));
}

TEST(FrameNotes, FramesThatAnEditListHidesExplainTheClaim) {
  VideoIndex index = Shown({0, 40, 80});
  index.header_frames = 11;
  index.edited_out = 8;
  EXPECT_THAT(FrameNotes(index),
              ElementsAre("the container's header claims 11 frames; 3 are there: "
                          "its edit list hides 8, as in players"));
}

TEST(FrameNotes, AVariableRateIsToldOf) {
  VideoIndex index = Shown({0, 40, 80, 880});
  EXPECT_THAT(FrameNotes(index), ElementsAre(HasSubstr("(40 to 800 ms from frame to frame)")));
  index.by_count = true;  // the times are not the file's
  EXPECT_THAT(FrameNotes(index), IsEmpty());
}

}  // namespace
}  // namespace prelabel
