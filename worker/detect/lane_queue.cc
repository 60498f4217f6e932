#include "worker/detect/lane_queue.h"

#include <algorithm>
#include <utility>

namespace prelabel {

void LaneQueue::Submit(Assignment assignment, std::shared_ptr<void> ahead) {
  const std::lock_guard lock(mutex_);
  pending_.push_back({std::move(assignment), std::move(ahead)});
  changed_.notify_all();
}

bool LaneQueue::Cancel(TaskId task, Attempt attempt) {
  const auto matches = [&](const Assignment& assignment) {
    return assignment.task.id == task && assignment.attempt == attempt;
  };
  const std::lock_guard lock(mutex_);
  const auto waits = [&](const Pending& pending) { return matches(pending.assignment); };
  if (const auto it = std::find_if(pending_.begin(), pending_.end(), waits); it != pending_.end()) {
    pending_.erase(it);
    return true;
  }
  // Decoding has begun: its steps, if any yet, wait for the model or have reached it.
  std::shared_ptr<OpenTask> open;
  if (decoding_ && matches(decoding_->assignment)) open = decoding_;
  for (const LaneStep& step : prepared_) {
    if (matches(step.task->assignment)) open = step.task;
  }
  if (in_model_ && matches(in_model_->assignment)) open = in_model_;
  if (!open || open->dropped) return false;
  DropLocked(*open);
  return true;
}

void LaneQueue::Stop() {
  const std::lock_guard lock(mutex_);
  stopped_ = true;
  changed_.notify_all();
}

std::shared_ptr<OpenTask> LaneQueue::NextTask() {
  std::unique_lock lock(mutex_);
  decoding_.reset();
  changed_.wait(lock, [&] { return stopped_ || !pending_.empty(); });
  if (stopped_) return nullptr;
  decoding_ = std::make_shared<OpenTask>();
  decoding_->assignment = std::move(pending_.front().assignment);
  decoding_->ahead = std::move(pending_.front().ahead);
  pending_.pop_front();
  return decoding_;
}

bool LaneQueue::Push(LaneStep step) {
  std::unique_lock lock(mutex_);
  if (step.item) ++step.task->items_read;
  const bool last = step.last;
  changed_.wait(lock,
                [&] { return stopped_ || step.task->dropped || prepared_.size() < max_prepared_; });
  if (stopped_ || step.task->dropped) return false;
  prepared_.push_back(std::move(step));
  if (last) decoding_.reset();
  changed_.notify_all();
  return true;
}

std::optional<LaneStep> LaneQueue::NextStep() {
  std::unique_lock lock(mutex_);
  if (in_model_ && (at_last_step_ || in_model_->dropped)) in_model_.reset();
  changed_.wait(lock, [&] { return stopped_ || !prepared_.empty(); });
  if (stopped_) return std::nullopt;
  LaneStep step = std::move(prepared_.front());
  prepared_.pop_front();
  in_model_ = step.task;
  at_last_step_ = step.last;
  changed_.notify_all();
  return step;
}

void LaneQueue::End() {
  const std::lock_guard lock(mutex_);
  if (!in_model_) return;
  DropLocked(*in_model_);
  in_model_.reset();
}

void LaneQueue::NoteDone(OpenTask& task, std::uint32_t items) {
  const std::lock_guard lock(mutex_);
  task.items_done = items;
}

std::vector<RunningTask> LaneQueue::Running() const {
  std::vector<RunningTask> running;
  const auto add = [&](const std::shared_ptr<OpenTask>& open) {
    if (!open) return;
    running.push_back(
        {open->assignment.task.id, open->assignment.attempt, open->items_done, open->items_read});
  };
  const std::lock_guard lock(mutex_);
  add(in_model_);
  if (decoding_ != in_model_) add(decoding_);
  return running;
}

void LaneQueue::DropLocked(OpenTask& task) {
  task.dropped = true;
  std::erase_if(prepared_, [&](const LaneStep& step) { return step.task.get() == &task; });
  changed_.notify_all();
}

std::vector<float> LaneQueue::TakeBuffer(std::size_t size) {
  std::vector<float> buffer;
  {
    const std::lock_guard lock(mutex_);
    if (!buffers_.empty()) {
      buffer = std::move(buffers_.back());
      buffers_.pop_back();
    }
  }
  buffer.resize(size);
  return buffer;
}

void LaneQueue::GiveBuffer(std::vector<float> buffer) {
  const std::lock_guard lock(mutex_);
  if (buffers_.size() <= max_prepared_) buffers_.push_back(std::move(buffer));
}

}  // namespace prelabel
