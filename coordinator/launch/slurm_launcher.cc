#include "coordinator/launch/slurm_launcher.h"

#include <algorithm>
#include <filesystem>
#include <map>
#include <system_error>
#include <utility>

namespace prelabel {
SlurmLauncher::SlurmLauncher(SlurmWorkers workers, Duration goodbye)
    : workers_(std::move(workers)), goodbye_(goodbye) {}

SlurmLauncher::~SlurmLauncher() { SlurmLauncher::Terminate(std::chrono::milliseconds(0)); }

LauncherNews SlurmLauncher::Poll(TimePoint now) {
  LauncherNews news;
  if (command_) {
    const auto outcome = command_->Poll(now);
    if (!outcome) return news;
    command_.reset();
    Finish(*outcome, now, news);
  }
  StartNext(now, news);
  return news;
}

void SlurmLauncher::StartNext(TimePoint now, LauncherNews& news) {
  if (!clean_) {
    if (to_submit_ > 0) Start(Kind::kCleanUp, CancelAllCommand(workers_.name), "", now, news);
    return;
  }
  if (!to_cancel_.empty() && now >= cancel_after_) {
    in_cancellation_ = std::exchange(to_cancel_, {});
    Start(Kind::kCancel, CancelCommand(in_cancellation_), "", now, news);
  } else if (to_submit_ > 0) {
    in_submission_ = std::min(to_submit_, kMostInAnArray);
    to_submit_ -= in_submission_;
    Start(Kind::kSubmit, SubmitCommand(workers_, in_submission_), SubmitScript(workers_), now,
          news);
  } else if (!jobs_.empty() && looks_.Take(now)) {
    Start(Kind::kLook, QueueCommand(workers_.name), "", now, news);
  }
}

void SlurmLauncher::Start(Kind kind, const std::vector<std::string>& words,
                          const std::string& input, TimePoint now, LauncherNews& news) {
  kind_ = kind;
  auto command = Command::Start(words, input, now);
  if (command) {
    command_ = std::move(command).value();
  } else if (kind == Kind::kSubmit || kind == Kind::kCleanUp) {
    Refuse(std::move(command).error(), news);
  } else {
    Finish(CommandOutcome(), now, news);
  }
}

// All that is asked for at present: the fleet asks again.
void SlurmLauncher::Refuse(Error error, LauncherNews& news) {
  to_submit_ = 0;
  in_submission_ = 0;
  news.refused.push_back(std::move(error));
}

void SlurmLauncher::Finish(const CommandOutcome& outcome, TimePoint now, LauncherNews& news) {
  switch (kind_) {
    case Kind::kCleanUp:
      clean_ = outcome.ok;
      if (!outcome.ok) Refuse(Unavailable(outcome.reason), news);
      return;
    case Kind::kSubmit: {
      auto id = outcome.ok ? ParseSubmitted(outcome.output)
                           : Result<std::string>(Unavailable(outcome.reason));
      if (!id) return Refuse(std::move(id).error(), news);
      for (int i = 1; i <= in_submission_; ++i) {
        jobs_.push_back({id.value() + "_" + std::to_string(i), false});
      }
      news.accepted += std::exchange(in_submission_, 0);
      looks_.Restart(now);
      return;
    }
    case Kind::kLook:
      // Where the controller does not answer nothing is known, and nothing has ended.
      if (outcome.ok) Compare(ParseQueue(outcome.output), news);
      return;
    case Kind::kCancel:
      looks_.Shorten();
      if (!outcome.ok) {  // else they would wait, and then run, though nobody wants them
        for (const Allocation& job : jobs_) {
          const auto& ids = in_cancellation_;
          if (std::find(ids.begin(), ids.end(), job.id) != ids.end()) to_cancel_.push_back(job.id);
        }
        cancel_after_ = now + LookInterval::kOften;
      }
      in_cancellation_.clear();
      return;
  }
}

void SlurmLauncher::Compare(const std::vector<SlurmJob>& listed, LauncherNews& news) {
  std::map<std::string, const SlurmJob*> by_id;
  for (const SlurmJob& job : listed) by_id[job.id] = &job;
  std::erase_if(jobs_, [&](Allocation& job) {
    const auto found = by_id.find(job.id);
    const SlurmJob* seen = found == by_id.end() ? nullptr : found->second;
    const bool running = seen != nullptr && seen->state == SlurmJob::State::kRunning;
    if (seen != nullptr && seen->state != SlurmJob::State::kEnded) {
      if (std::exchange(job.running, running) != running) looks_.Shorten();
      return false;
    }
    looks_.Shorten();
    EndedAllocation ended{job.id, AllocationEnd::kTaken, "is not known to Slurm any more",
                          LogOfSlurmJob(workers_.log_dir, job.id), 0};
    if (seen != nullptr) {
      ended.ending = seen->ending;
      ended.status = seen->status;
    }
    // One that never ran wrote nothing.
    std::error_code ignored;
    if (!std::filesystem::exists(ended.log, ignored)) ended.log.clear();
    news.ended.push_back(std::move(ended));
    return true;
  });
}

void SlurmLauncher::Cancel(const std::vector<std::string>& ids) {
  to_cancel_.insert(to_cancel_.end(), ids.begin(), ids.end());
}

std::vector<EndedAllocation> SlurmLauncher::Terminate(std::chrono::milliseconds /*grace*/) {
  if (std::exchange(over_, true)) return {};
  const MonotonicClock clock;
  const auto wait = [this] {
    if (command_) command_->Wait(goodbye_);
    command_.reset();
  };
  const bool any = clean_;
  wait();  // a submission under way would outlive its cancellation
  LauncherNews ignored;
  if (any) Start(Kind::kCancel, CancelAllCommand(workers_.name), "", clock.Now(), ignored);
  wait();
  std::error_code error;
  if (!workers_.keys.empty()) std::filesystem::remove(workers_.keys, error);
  jobs_.clear();
  return {};
}

}  // namespace prelabel
