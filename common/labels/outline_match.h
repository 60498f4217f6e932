// Which place of one outline becomes which place of another. Pure; thread-safe.
#pragma once

#include <cstddef>
#include <vector>

#include "common/labels/outline.h"

namespace prelabel {

// A one-to-one course along two outlines that are both closed or both open. It runs forwards along
// `from`, and forwards or backwards along `to`; between its steps, both run evenly by arc length.
class OutlineMatch {
 public:
  // Both are aligned (outline_alignment.h). Then points that are each other's nearest by normalized
  // arc length become one another (as in CVAT's matching; the ends of open outlines always), and
  // those left over a place between these by arc length.
  OutlineMatch(const Outline& from, const Outline& to);

  // All points of both outlines are among the steps; they ascend along `from`.
  std::size_t size() const { return steps_.size(); }
  double FromPlace(std::size_t step) const { return from_ + steps_[step].from; }
  double ToPlace(std::size_t step) const { return to_ + direction_ * steps_[step].to; }

  // The place of `to` that a place of `from` becomes, and back.
  double Forward(double from_place) const;
  double Backward(double to_place) const;

 private:
  // How far along, from the first; in [0, 1).
  struct Step {
    double from = 0;
    double to = 0;
  };

  // Points behind one another on both outlines, by how many they are behind the first.
  struct Rank {
    std::size_t from = 0;
    std::size_t to = 0;
  };

  void AddSteps(const std::vector<double>& from, const std::vector<double>& to, Rank first,
                Rank end);
  double Map(double along, double Step::*in, double Step::*out) const;

  bool closed_ = false;
  double from_ = 0;
  double to_ = 0;
  double direction_ = 1;
  std::vector<Step> steps_;
};

}  // namespace prelabel
