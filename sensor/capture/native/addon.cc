// The binding's face to Node: one call that captures until the end, one that looks at a filter, a window on a file, and one by which a
// process leaves no core. No script runs for a frame.
#include <napi.h>
#include <sys/prctl.h>
#include <sys/resource.h>

#include "capture.h"
#include "file-window.h"

namespace {

using eastwatch::Ending;
using eastwatch::FileWindow;

const char* nameOf(Ending::Kind kind) {
  switch (kind) {
    case Ending::Kind::filter: return "filter";
    case Ending::Kind::device: return "device";
    case Ending::Kind::unread: return "unread";
    default: return "asked";
  }
}

/** `run(interface, filter, bufferBytes, snapLength, promiscuous, out, stop)` → `{ kind, text }`. */
Napi::Value run(const Napi::CallbackInfo& info) {
  Napi::Env env = info.Env();
  eastwatch::Options options;
  options.interface = info[0].ToString().Utf8Value();
  options.filter = info[1].ToString().Utf8Value();
  options.bufferBytes = info[2].ToNumber().Int32Value();
  options.snapLength = info[3].ToNumber().Int32Value();
  options.isPromiscuous = info[4].ToBoolean().Value();
  eastwatch::Capture capture;
  Ending ending = capture.open(options);
  if (ending.kind == Ending::Kind::none) ending = capture.run(info[5].ToNumber().Int32Value(), info[6].ToNumber().Int32Value());
  Napi::Object result = Napi::Object::New(env);
  result.Set("kind", nameOf(ending.kind));
  result.Set("text", ending.text);
  return result;
}

/** `checkFilter(filter)` → libpcap's words against it; empty where some interface's kind takes it. */
Napi::Value checkFilter(const Napi::CallbackInfo& info) {
  return Napi::String::New(info.Env(), eastwatch::wordsAgainst(info[0].ToString().Utf8Value()));
}

/** `show(descriptor, position)` → how many bytes the window holds now; undefined where the system can't put them there. */
Napi::Value show(const Napi::CallbackInfo& info) {
  const ssize_t length = FileWindow::only().show(info[0].ToNumber().Int32Value(), info[1].ToNumber().Int64Value());
  if (length < 0) return info.Env().Undefined();
  return Napi::Number::New(info.Env(), static_cast<double>(length));
}

Napi::Value isBroken(const Napi::CallbackInfo& info) { return Napi::Boolean::New(info.Env(), FileWindow::only().isBroken()); }

void close(const Napi::CallbackInfo&) { FileWindow::only().close(); }

/** `openWindow()` → `{ bytes, show, isBroken, close }`, the same each time; undefined while it is open or where there can't be one. */
Napi::Value openWindow(const Napi::CallbackInfo& info) {
  Napi::Env env = info.Env();
  if (!FileWindow::only().open()) return env.Undefined();
  auto* kept = env.GetInstanceData<Napi::ObjectReference>();
  if (kept != nullptr) return kept->Value();
  Napi::Object window = Napi::Object::New(env);
  window.Set("bytes", Napi::Buffer<uint8_t>::New(env, FileWindow::only().begin(), FileWindow::BYTES, [](Napi::Env, uint8_t*) {}));
  window.Set("show", Napi::Function::New(env, show, "show"));
  window.Set("isBroken", Napi::Function::New(env, isBroken, "isBroken"));
  window.Set("close", Napi::Function::New(env, close, "close"));
  env.SetInstanceData(new Napi::ObjectReference(Napi::Persistent(window)));
  return window;
}

/**
 * `leaveNoCore()` → whether this process will leave none. A process that is not dumpable has none made, whether it is a file or piped to a
 * program, which by core(5) no limit holds for. The limit is for what it may start; systemd's filter refuses it, having set its own.
 */
Napi::Value leaveNoCore(const Napi::CallbackInfo& info) {
  const rlimit none = {0, 0};
  setrlimit(RLIMIT_CORE, &none);
  return Napi::Boolean::New(info.Env(), prctl(PR_SET_DUMPABLE, 0) == 0);
}

Napi::Object initialize(Napi::Env env, Napi::Object exports) {
  exports.Set("run", Napi::Function::New(env, run, "run"));
  exports.Set("checkFilter", Napi::Function::New(env, checkFilter, "checkFilter"));
  exports.Set("leaveNoCore", Napi::Function::New(env, leaveNoCore, "leaveNoCore"));
  exports.Set("openWindow", Napi::Function::New(env, openWindow, "openWindow"));
  return exports;
}

}  // namespace

NODE_API_MODULE(NODE_GYP_MODULE_NAME, initialize)
