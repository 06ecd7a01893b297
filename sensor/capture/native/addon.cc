// The binding's face to Node: one call that captures until the end, one that looks at a filter. No script runs for a frame.
#include <napi.h>

#include "capture.h"

namespace {

using eastwatch::Ending;

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

Napi::Object initialize(Napi::Env env, Napi::Object exports) {
  exports.Set("run", Napi::Function::New(env, run, "run"));
  exports.Set("checkFilter", Napi::Function::New(env, checkFilter, "checkFilter"));
  return exports;
}

}  // namespace

NODE_API_MODULE(NODE_GYP_MODULE_NAME, initialize)
