// How many inputs a run of the model has, where memory decides: half as many after a run that
// found none, and carefully more again. Pure; one thread's.
#pragma once

namespace prelabel {

class AdaptiveBatch {
 public:
  // Begins with the largest size, at least 1.
  explicit AdaptiveBatch(int largest) : largest_(largest), size_(largest) {}

  int size() const { return size_; }

  // A run of this size found no memory: whether a smaller one is left to try.
  bool Shrink();

  // A run of this size went well. After enough of them the size doubles, up to the largest; where
  // that was too much before, enough is twice as many: what never fits costs ever less.
  void Succeeded();

 private:
  static constexpr int kFirstPatience = 32;
  static constexpr int kMostPatience = 4096;

  int largest_;
  int size_;
  int patience_ = kFirstPatience;
  int succeeded_ = 0;     // in a row at this size
  bool growing_ = false;  // this size is being tried: it was too much once
};

}  // namespace prelabel
