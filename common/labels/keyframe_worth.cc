#include "common/labels/keyframe_worth.h"

#include <algorithm>
#include <cmath>
#include <tuple>

namespace prelabel {
namespace {

// Sums are integers, so that they do not depend on the order of tracks.
constexpr double kUnit = 1e6;
constexpr std::int64_t kLeast = 50'000;

// A gap of a track, or what earlier choices have left of one.
struct Piece {
  TrackGap gap;
  double loss = 0;  // expected of all boxes between, in IoU

  std::int64_t Length() const { return gap.trust.to - gap.trust.from; }
  bool Holds(std::int64_t frame) const { return gap.trust.from < frame && frame < gap.trust.to; }
};

// Expected losses are at most 1 a box, so that this may be less than the header's formula; shares
// of it are taken by the formula.
double ExpectedLoss(const GapTrust& gap) {
  double loss = 0;
  for (std::int64_t frame = gap.from + 1; frame < gap.to; ++frame) {
    loss += 1 - gap.ExpectedIou(frame);
  }
  return loss;
}

// In millionths.
std::int64_t Worth(const Piece& piece, std::int64_t frame) {
  const auto length = static_cast<double>(piece.Length());
  const auto before = static_cast<double>(frame - piece.gap.trust.from);
  const double share = 3 * before * (length - before) / (length * length - 1);
  return std::llround(piece.loss * share * kUnit);
}

double LeftOf(const Piece& piece, std::int64_t part) {
  const auto length = static_cast<double>(piece.Length());
  const auto less = static_cast<double>(part);
  return piece.loss * less * (less * less - 1) / (length * (length * length - 1));
}

class Video {
 public:
  Video(std::span<const TrackGap> gaps, std::int64_t frames) {
    worth_.resize(frames);
    for (const TrackGap& gap : gaps) {
      if (gap.trust.from < 0 || gap.trust.to >= frames) continue;
      Insert({gap, ExpectedLoss(gap.trust)});
    }
  }

  // The frame of most worth, the earliest of equal ones.
  std::int64_t Best() const {
    return std::max_element(worth_.begin(), worth_.end()) - worth_.begin();
  }
  std::int64_t WorthOf(std::int64_t frame) const { return worth_[frame]; }

  // What a keyframe of every track in `frame` does; the tracks have one there from now on.
  HelpfulFrame Take(std::int64_t frame) {
    HelpfulFrame taken{frame, static_cast<double>(worth_[frame]) / kUnit, 0, {}};
    const std::size_t count =
        pieces_.size();  // those that are inserted meanwhile begin or end here
    for (std::size_t i = 0; i < count; ++i) {
      if (!pieces_[i].Holds(frame)) continue;
      const Piece piece = pieces_[i];
      const std::int64_t worth = Worth(piece, frame);
      if (worth >= kLeast) ++taken.track_count;
      taken.tracks.push_back({piece.gap.track_id, piece.gap.category, piece.gap.trust.from,
                              piece.gap.trust.to, piece.gap.trust.ExpectedIou(frame),
                              static_cast<double>(worth) / kUnit});
      Split(i, frame);
    }
    std::sort(taken.tracks.begin(), taken.tracks.end(), [](const TrackHelp& a, const TrackHelp& b) {
      return std::tie(b.worth, a.track_id, a.from) < std::tie(a.worth, b.track_id, b.from);
    });
    taken.track_count = std::max<std::size_t>(taken.track_count, 1);
    taken.tracks.resize(std::min(taken.track_count, HelpfulFrame::kTracksNamed));
    return taken;
  }

 private:
  void Count(const Piece& piece, std::int64_t sign) {
    for (std::int64_t frame = piece.gap.trust.from + 1; frame < piece.gap.trust.to; ++frame) {
      worth_[frame] += sign * Worth(piece, frame);
    }
  }
  void Insert(const Piece& piece) {
    if (piece.Length() < 2 || piece.loss <= 0) return;
    Count(piece, 1);
    pieces_.push_back(piece);
  }
  void Split(std::size_t index, std::int64_t frame) {
    const Piece whole = pieces_[index];
    Count(whole, -1);
    pieces_[index].gap.trust.to = whole.gap.trust.from;  // holds nothing any more
    Piece first = whole;
    first.gap.trust.to = frame;
    first.loss = LeftOf(whole, first.Length());
    Insert(first);
    Piece second = whole;
    second.gap.trust.from = frame;
    second.loss = LeftOf(whole, second.Length());
    Insert(second);
  }

  std::vector<std::int64_t> worth_;  // by frame, in millionths
  std::vector<Piece> pieces_;
};

}  // namespace

std::vector<HelpfulFrame> HelpfulFrames(std::span<const TrackGap> gaps, std::int64_t frames,
                                        std::size_t count) {
  std::vector<HelpfulFrame> chosen;
  if (gaps.empty() || frames < 1) return chosen;
  Video video(gaps, frames);
  while (chosen.size() < count) {
    const std::int64_t best = video.Best();
    if (video.WorthOf(best) < kLeast) break;
    chosen.push_back(video.Take(best));
  }
  return chosen;
}

}  // namespace prelabel
