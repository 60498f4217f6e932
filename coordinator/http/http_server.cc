#include "coordinator/http/http_server.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/resource.h>

#include <algorithm>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/beast/core.hpp>
#include <boost/beast/http.hpp>
#include <condition_variable>
#include <list>
#include <mutex>
#include <optional>
#include <thread>
#include <utility>
#include <vector>

namespace prelabel {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = beast::http;
using asio::ip::tcp;
using beast::error_code;
using std::chrono::milliseconds;
using std::chrono::steady_clock;

constexpr int kNicer = 10;                  // setpriority(2): the run comes first
constexpr milliseconds kAcceptAgain{100};   // after an error: no descriptors are left, say
constexpr std::size_t kReadAtOnce = 16384;  // bytes
constexpr milliseconds kFarewell{1000};     // for the other side to close, after an error

// Worker processes that are started later must not keep it open.
void CloseInChildren(int descriptor) { fcntl(descriptor, F_SETFD, FD_CLOEXEC); }

std::string TextOf(beast::string_view text) { return {text.data(), text.size()}; }

HttpResponse PlainResponse(int status, std::string text) {
  return {status, "text/plain; charset=utf-8", {}, std::make_shared<std::string>(std::move(text))};
}

}  // namespace

class HttpServer::Impl {
 public:
  Impl(Handler handler, HttpLimits limits)
      : handler_(std::move(handler)), limits_(limits), acceptor_(io_), again_(io_) {}

  Result<void> Listen(const std::string& address, std::uint16_t port) {
    error_code failed;
    const auto ip = asio::ip::make_address(address == "localhost" ? "127.0.0.1" : address, failed);
    if (failed) return InvalidArgument("not an IP address", address);
    const tcp::endpoint endpoint(ip, port);
    acceptor_.open(endpoint.protocol(), failed);
    if (!failed) CloseInChildren(acceptor_.native_handle());
    if (!failed) acceptor_.set_option(tcp::acceptor::reuse_address(true), failed);
    if (!failed) acceptor_.bind(endpoint, failed);
    if (!failed) acceptor_.listen(asio::socket_base::max_listen_connections, failed);
    if (!failed) port_ = acceptor_.local_endpoint(failed).port();
    if (failed) return Unavailable(failed.message(), fmt::format("{}:{}", address, port));
    return Ok();
  }

  void Start() {
    Accept();
    thread_ = std::thread([this] {
      setpriority(PRIO_PROCESS, 0, kNicer);  // on Linux: of this thread
      io_.run();
    });
  }

  ~Impl() {
    io_.stop();
    if (thread_.joinable()) thread_.join();
    CloseAll();
  }

  void Finish(milliseconds limit) {
    asio::post(io_, [this] {
      finishing_ = true;
      error_code ignored;
      acceptor_.close(ignored);
      CloseWaiting();
    });
    std::unique_lock lock(mutex_);
    over_.wait_for(lock, limit, [this] { return idle_; });
  }

  std::uint16_t port() const { return port_; }

 private:
  class Session;
  using Sessions = std::list<std::shared_ptr<Session>>;  // by when they began to wait, oldest first

  void Accept() {
    acceptor_.async_accept([this](error_code failed, tcp::socket socket) {
      if (finishing_) return;
      if (failed) {
        again_.expires_after(kAcceptAgain);
        again_.async_wait([this](error_code) {
          if (!finishing_) Accept();
        });
        return;
      }
      Admit(std::move(socket));
      Accept();
    });
  }

  void Admit(tcp::socket socket);
  void NoteClosed() {
    if (!finishing_ || !sessions_.empty()) return;
    const std::lock_guard lock(mutex_);
    idle_ = true;
    over_.notify_all();
  }
  void CloseAll();
  void CloseWaiting();
  HttpResponse Answer(const HttpRequest& request) {
    try {
      return handler_(request);
    } catch (const std::exception& error) {
      return PlainResponse(500, std::string(error.what()) + "\n");
    }
  }

  Handler handler_;
  HttpLimits limits_;
  asio::io_context io_{1};
  tcp::acceptor acceptor_;
  asio::steady_timer again_;
  std::uint16_t port_ = 0;
  Sessions sessions_;
  bool finishing_ = false;
  std::mutex mutex_;
  std::condition_variable over_;
  bool idle_ = false;  // under mutex_: finishing, and no connection is left
  std::thread thread_;
};

// One connection. Lives in the server's list until it is closed.
class HttpServer::Impl::Session {
 public:
  Session(Impl& server, tcp::socket socket)
      : server_(server), stream_(std::move(socket)), buffer_(kReadAtOnce) {}

  void Begin(Sessions::iterator place, std::shared_ptr<Session> self) {
    place_ = place;
    self_ = std::move(self);
    Read();
  }

  bool waiting() const { return waiting_; }

  void Close() {
    error_code ignored;
    stream_.socket().close(ignored);
    if (!self_) return;
    Impl& server = server_;
    server.sessions_.erase(place_);
    self_.reset();  // handlers under way hold it until they have run
    server.NoteClosed();
  }

 private:
  using Body = http::span_body<const char>;

  void Read() {
    waiting_ = true;
    server_.sessions_.splice(server_.sessions_.end(), server_.sessions_, place_);
    parser_.emplace();
    parser_->header_limit(static_cast<std::uint32_t>(server_.limits_.header_bytes));
    parser_->body_limit(server_.limits_.body_bytes);
    // For all of it: a byte now and then buys no time.
    stream_.expires_after(server_.limits_.request);
    http::async_read(stream_, buffer_, *parser_,
                     [this, self = self_](error_code failed, std::size_t) { OnRead(failed); });
  }

  void OnRead(error_code failed) {
    waiting_ = false;
    if (!self_) return;  // closed meanwhile
    if (!failed) {
      const auto& message = parser_->get();
      keep_alive_ = message.keep_alive();
      head_ = message.method() == http::verb::head;
      Write(server_.Answer(
          {TextOf(message.method_string()), TextOf(message.target()),
           TextOf(message[http::field::host]), TextOf(message[http::field::authorization]),
           TextOf(message[http::field::cookie]), TextOf(message[http::field::origin])}));
      return;
    }
    keep_alive_ = false;
    if (failed == http::error::body_limit) {
      Write(PlainResponse(413, "the request is too large\n"));
    } else if (failed == http::error::header_limit || failed == http::error::buffer_overflow) {
      Write(PlainResponse(431, "the request's header is too large\n"));
    } else if (failed.category() == http::make_error_code(http::error::bad_method).category() &&
               failed != http::error::end_of_stream && failed != http::error::partial_message) {
      Write(PlainResponse(400, "not an HTTP request: " + failed.message() + "\n"));
    } else {
      Close();  // the client left, or took too long
    }
  }

  void Write(const HttpResponse& response) {
    kept_ = response.body;
    response_.emplace();
    response_->result(static_cast<unsigned>(response.status));
    response_->set(http::field::content_type, response.content_type);
    for (const auto& [name, value] : response.headers) response_->set(name, value);
    response_->body() =
        head_ ? beast::span<const char>() : beast::span<const char>(kept_->data(), kept_->size());
    response_->content_length(kept_->size());
    response_->keep_alive(keep_alive_);
    serializer_.emplace(*response_);
    write_until_ = steady_clock::now() + server_.limits_.response;
    WriteSome();
  }

  void WriteSome() {
    stream_.expires_after(server_.limits_.stalled);
    http::async_write_some(
        stream_, *serializer_,
        [this, self = self_](error_code failed, std::size_t) { OnWritten(failed); });
  }

  void OnWritten(error_code failed) {
    if (!self_) return;
    if (failed || steady_clock::now() > write_until_) return Close();
    if (!serializer_->is_done()) return WriteSome();
    serializer_.reset();
    response_.reset();
    kept_.reset();
    if (keep_alive_ && !server_.finishing_) return Read();
    stream_.socket().shutdown(tcp::socket::shutdown_send, failed);
    if (failed) return Close();
    // What it still sends is read for a moment: closing at once would reset the connection, and
    // the response would be lost on the way.
    stream_.expires_after(kFarewell);
    Swallow();
  }

  void Swallow() {
    waiting_ = true;  // for nothing: it may be closed
    buffer_.clear();
    stream_.async_read_some(buffer_.prepare(kReadAtOnce),
                            [this, self = self_](error_code failed, std::size_t) {
                              if (!self_) return;
                              if (failed) return Close();
                              Swallow();
                            });
  }

  Impl& server_;
  beast::tcp_stream stream_;
  beast::flat_buffer buffer_;
  std::optional<http::request_parser<http::string_body>> parser_;
  std::optional<http::response<Body>> response_;
  std::optional<http::response_serializer<Body>> serializer_;
  std::shared_ptr<const std::string> kept_;  // the body that is written
  Sessions::iterator place_;
  std::shared_ptr<Session> self_;  // null: closed
  steady_clock::time_point write_until_;
  bool waiting_ = false;
  bool keep_alive_ = false;
  bool head_ = false;
};

void HttpServer::Impl::Admit(tcp::socket socket) {
  CloseInChildren(socket.native_handle());
  if (sessions_.size() >= limits_.connections) {
    const auto idle = std::find_if(sessions_.begin(), sessions_.end(),
                                   [](const auto& session) { return session->waiting(); });
    if (idle == sessions_.end()) return;  // closes the new one
    const std::shared_ptr<Session> closing = *idle;
    closing->Close();
  }
  auto session = std::make_shared<Session>(*this, std::move(socket));
  const auto place = sessions_.insert(sessions_.end(), session);
  session->Begin(place, session);
}

void HttpServer::Impl::CloseAll() {
  while (!sessions_.empty()) {
    const std::shared_ptr<Session> closing = sessions_.front();
    closing->Close();
  }
}

// Those that owe nobody a response.
void HttpServer::Impl::CloseWaiting() {
  std::vector<std::shared_ptr<Session>> closing;
  for (const auto& session : sessions_) {
    if (session->waiting()) closing.push_back(session);
  }
  for (const auto& session : closing) session->Close();
  NoteClosed();
}

HttpServer::HttpServer(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
HttpServer::~HttpServer() = default;

Result<std::unique_ptr<HttpServer>> HttpServer::Start(const std::string& address,
                                                      std::uint16_t port, Handler handler,
                                                      HttpLimits limits) {
  auto impl = std::make_unique<Impl>(std::move(handler), limits);
  PRELABEL_TRY(impl->Listen(address, port));
  impl->Start();
  return std::unique_ptr<HttpServer>(new HttpServer(std::move(impl)));
}

void HttpServer::Finish(milliseconds limit) { impl_->Finish(limit); }

std::uint16_t HttpServer::port() const { return impl_->port(); }

}  // namespace prelabel
