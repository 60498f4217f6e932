#include "common/labels/occlusion.h"

#include <algorithm>
#include <tuple>
#include <utility>

#include "common/labels/assignment.h"

namespace prelabel {
namespace {

// Calls `visit_frame(visit, those with first and last visit around it)` for each visit in order.
template <class Call>
void Sweep(const std::vector<Tracklet>& tracklets, std::size_t visits, const Call& call) {
  std::vector<std::size_t> order(tracklets.size());
  for (std::size_t i = 0; i < order.size(); ++i) order[i] = i;
  std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
    return tracklets[a].front().visit < tracklets[b].front().visit;
  });
  std::vector<std::size_t> alive;  // ascending
  std::size_t next = 0;
  for (std::uint32_t visit = 0; visit < visits; ++visit) {
    while (next < order.size() && tracklets[order[next]].front().visit <= visit) {
      alive.insert(std::upper_bound(alive.begin(), alive.end(), order[next]), order[next]);
      ++next;
    }
    std::erase_if(alive, [&](std::size_t i) { return tracklets[i].back().visit < visit; });
    if (!alive.empty()) call(visit, alive);
  }
}

// IoU; 0 where a box has no area, or corners that are no numbers.
float Overlap(const Box& a, const Box& b) { return a.Area() > 0 && b.Area() > 0 ? Iou(a, b) : 0; }

bool StartsBefore(const Tracklet& a, const Tracklet& b) {
  return std::tie(a.front().visit, a.front().index) < std::tie(b.front().visit, b.front().index);
}

void SortByStart(std::vector<Tracklet>& tracklets) {
  std::sort(tracklets.begin(), tracklets.end(), StartsBefore);
}

}  // namespace

SplitTracklets SplitAtOcclusions(const std::vector<Tracklet>& tracklets,
                                 std::span<const std::int64_t> visits, float overlap) {
  SplitTracklets split;
  std::vector<std::size_t> seen(tracklets.size(), 0);  // observations passed
  std::vector<char> was_hidden(tracklets.size(), 0);
  std::vector<Tracklet> open(tracklets.size());
  std::vector<std::pair<Tracklet, std::size_t>> clear;  // with the tracklet that it is a piece of
  const auto close = [&](std::size_t i) {
    if (open[i].empty()) return;
    if (was_hidden[i]) {
      split.hidden.push_back(std::move(open[i]));
    } else {
      clear.emplace_back(std::move(open[i]), i);
    }
    open[i].clear();
  };
  Sweep(tracklets, visits.size(), [&](std::uint32_t visit, const std::vector<std::size_t>& alive) {
    std::vector<Box> boxes;
    for (const std::size_t i : alive) boxes.push_back(BoxAt(tracklets[i], visits[visit]));
    for (std::size_t a = 0; a < alive.size(); ++a) {
      const std::size_t i = alive[a];
      if (seen[i] == tracklets[i].size() || tracklets[i][seen[i]].visit != visit) continue;
      bool hidden = false;
      for (std::size_t b = 0; b < alive.size() && !hidden; ++b) {
        hidden = a != b && Overlap(boxes[a], boxes[b]) > overlap;
      }
      if (hidden != (was_hidden[i] != 0)) close(i);
      was_hidden[i] = hidden ? 1 : 0;
      open[i].push_back(tracklets[i][seen[i]++]);
      if (seen[i] == tracklets[i].size()) close(i);
    }
  });
  std::sort(clear.begin(), clear.end(),
            [](const auto& a, const auto& b) { return StartsBefore(a.first, b.first); });
  split.next_of_same.assign(clear.size(), kNoPiece);
  std::vector<std::size_t> last(tracklets.size(), kNoPiece);
  for (std::size_t piece = 0; piece < clear.size(); ++piece) {
    std::size_t& before = last[clear[piece].second];
    if (before != kNoPiece) split.next_of_same[before] = piece;
    before = piece;
    split.clear.push_back(std::move(clear[piece].first));
  }
  SortByStart(split.hidden);
  return split;
}

void GiveBackHidden(std::vector<Tracklet>& tracklets, std::span<const Tracklet> hidden,
                    float least_iou, float threshold) {
  struct Loose {
    const Observation* observation;
    std::size_t run;
  };
  std::vector<Loose> loose;
  for (std::size_t run = 0; run < hidden.size(); ++run) {
    for (const Observation& o : hidden[run]) loose.push_back({&o, run});
  }
  std::sort(loose.begin(), loose.end(), [](const Loose& a, const Loose& b) {
    return std::tie(a.observation->visit, a.observation->index) <
           std::tie(b.observation->visit, b.observation->index);
  });
  if (loose.empty()) return;
  std::vector<char> used(hidden.size(), 0);
  std::vector<std::vector<Observation>> given(tracklets.size());
  std::size_t next = 0;
  Sweep(tracklets, std::size_t{loose.back().observation->visit} + 1,
        [&](std::uint32_t visit, const std::vector<std::size_t>& alive) {
          while (next < loose.size() && loose[next].observation->visit < visit) ++next;
          std::vector<AssignmentPair> pairs;
          const std::size_t first = next;
          for (; next < loose.size() && loose[next].observation->visit == visit; ++next) {
            for (std::uint32_t row = 0; row < alive.size(); ++row) {
              const Tracklet& tracklet = tracklets[alive[row]];
              const std::int64_t frame = loose[next].observation->frame;
              const auto at = std::lower_bound(
                  tracklet.begin(), tracklet.end(), frame,
                  [](const Observation& o, std::int64_t f) { return o.frame < f; });
              if (at != tracklet.end() && at->frame == frame) continue;  // it is seen elsewhere
              const float iou = Overlap(BoxAt(tracklet, frame), loose[next].observation->box);
              if (iou >= least_iou)
                pairs.push_back({row, static_cast<std::uint32_t>(next - first), iou});
            }
          }
          const std::vector<std::int32_t> columns = Assign(alive.size(), next - first, pairs);
          for (std::size_t row = 0; row < alive.size(); ++row) {
            if (columns[row] == kUnassigned) continue;
            const Loose& taken = loose[first + static_cast<std::size_t>(columns[row])];
            given[alive[row]].push_back(*taken.observation);
            used[taken.run] = 1;
          }
        });
  for (std::size_t i = 0; i < tracklets.size(); ++i) {
    if (given[i].empty()) continue;
    tracklets[i].insert(tracklets[i].end(), given[i].begin(), given[i].end());
    std::sort(tracklets[i].begin(), tracklets[i].end(),
              [](const Observation& a, const Observation& b) { return a.frame < b.frame; });
  }
  for (std::size_t run = 0; run < hidden.size(); ++run) {
    const bool strong = std::any_of(hidden[run].begin(), hidden[run].end(),
                                    [&](const Observation& o) { return o.score >= threshold; });
    if (!used[run] && strong) tracklets.push_back(hidden[run]);
  }
  SortByStart(tracklets);
}

}  // namespace prelabel
