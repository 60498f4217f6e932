#include "common/wire/zmq_transport.h"

#include <sys/eventfd.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <utility>
#include <zmq.hpp>

namespace prelabel {
namespace {

constexpr int kHighWaterMark = 100000;  // messages; flow control is by credit, not by this
constexpr int kLingerMs = 2000;         // a Goodbye or a Drain still leaves after close

// A descriptor that other threads and signal handlers may write to.
class WakeUp {
 public:
  WakeUp() : fd_(eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC)) {}
  ~WakeUp() { close(fd_); }
  WakeUp(const WakeUp&) = delete;
  WakeUp& operator=(const WakeUp&) = delete;

  int fd() const { return fd_; }
  void Set() const {
    const std::uint64_t one = 1;
    [[maybe_unused]] const ssize_t n = write(fd_, &one, sizeof one);
  }
  void Clear() const {
    std::uint64_t count = 0;
    [[maybe_unused]] const ssize_t n = read(fd_, &count, sizeof count);
  }

 private:
  int fd_;
};

class ZmqTransport : public Transport {
 public:
  ZmqTransport(zmq::socket_type type, bool routed)
      : context_(1), socket_(context_, type), routed_(routed) {
    socket_.set(zmq::sockopt::sndhwm, kHighWaterMark);
    socket_.set(zmq::sockopt::rcvhwm, kHighWaterMark);
    socket_.set(zmq::sockopt::linger, kLingerMs);
    socket_.set(zmq::sockopt::maxmsgsize, kMaxMessageBytes);
    socket_.set(zmq::sockopt::handshake_ivl, 5000);
    if (routed) socket_.set(zmq::sockopt::router_mandatory, true);
  }

  zmq::socket_t& socket() { return socket_; }

  void Wait(std::chrono::milliseconds timeout) override {
    std::array<zmq::pollitem_t, 2> items{
        {{socket_.handle(), 0, ZMQ_POLLIN, 0}, {nullptr, wake_.fd(), ZMQ_POLLIN, 0}}};
    try {
      zmq::poll(items, timeout);
    } catch (const zmq::error_t&) {
      return;  // interrupted by a signal: the loop looks at its flags
    }
    if ((items[1].revents & ZMQ_POLLIN) != 0) wake_.Clear();
  }

  std::optional<Received> Receive() override {
    for (;;) {
      try {
        Received received;
        zmq::message_t frame;
        if (routed_) {
          if (!socket_.recv(frame, zmq::recv_flags::dontwait)) return std::nullopt;
          received.peer = frame.to_string();
          if (!frame.more()) continue;
        }
        if (!socket_.recv(frame, zmq::recv_flags::dontwait)) return std::nullopt;
        const bool multipart = frame.more();
        if (!multipart) {
          received.bytes = frame.to_string();
          return received;
        }
        while (frame.more()) {
          if (!socket_.recv(frame, zmq::recv_flags::dontwait)) return std::nullopt;
        }
      } catch (const zmq::error_t&) {
        return std::nullopt;
      }
    }
  }

  SendStatus Send(const std::string& peer, std::string bytes) override {
    try {
      if (routed_ &&
          !socket_.send(zmq::buffer(peer), zmq::send_flags::sndmore | zmq::send_flags::dontwait)) {
        return SendStatus::kBusy;
      }
      // Large bodies are handed over, not copied.
      auto* body = new std::string(std::move(bytes));
      zmq::message_t message(
          body->data(), body->size(),
          [](void*, void* hint) { delete static_cast<std::string*>(hint); }, body);
      return socket_.send(message, zmq::send_flags::dontwait) ? SendStatus::kSent
                                                              : SendStatus::kBusy;
    } catch (const zmq::error_t& error) {
      return error.num() == EHOSTUNREACH ? SendStatus::kUnreachable : SendStatus::kBusy;
    }
  }

  void Wake() override { wake_.Set(); }

 private:
  zmq::context_t context_;
  zmq::socket_t socket_;
  WakeUp wake_;
  bool routed_;
};

Error FromZmq(const zmq::error_t& error, const std::string& endpoint) {
  const std::string text = error.what();
  switch (error.num()) {
    case EINVAL:
    case EPROTONOSUPPORT:
      return InvalidArgument("not an endpoint that ZeroMQ knows; write tcp://HOST:PORT", endpoint);
    case EADDRINUSE:
      return Unavailable("the address is in use; stop the other program or choose another port",
                         endpoint);
    default:
      return Unavailable(text, endpoint);
  }
}

}  // namespace

Result<BoundTransport> BindCoordinator(const std::string& endpoint) {
  try {
    auto transport = std::make_unique<ZmqTransport>(zmq::socket_type::router, true);
    transport->socket().bind(endpoint);
    std::string bound = transport->socket().get(zmq::sockopt::last_endpoint);
    return BoundTransport{std::move(transport), std::move(bound)};
  } catch (const zmq::error_t& error) {
    return FromZmq(error, endpoint);
  }
}

Result<std::unique_ptr<Transport>> ConnectWorker(const std::string& endpoint) {
  try {
    auto transport = std::make_unique<ZmqTransport>(zmq::socket_type::dealer, false);
    transport->socket().connect(endpoint);
    return std::unique_ptr<Transport>(std::move(transport));
  } catch (const zmq::error_t& error) {
    return FromZmq(error, endpoint);
  }
}

}  // namespace prelabel
