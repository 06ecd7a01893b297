import type { EndpointRecord } from "../../shared/event.js";
import type { Review } from "../../shared/review.js";
import type { EndpointItem, EndpointRow, ListedReview } from "../api.js";

/** The part of an endpoint that a list of them shows: with their schemas, thousands are megabytes. */
export function endpointRow(
  record: EndpointRecord,
  { sensor, key, version, review }: Pick<EndpointItem, "sensor" | "key" | "version" | "review">,
): EndpointRow {
  const { serverAddress, serverPort, service, method, template, calls, callerCount } = record;
  const { statuses, credentials, state, missingBytes, lastMicros } = record;
  return {
    ...{ sensor, key, version, serverAddress, serverPort, service, method, template, calls, callerCount },
    ...{ statuses, credentials, state, missingBytes, lastMicros, review: listedReview(review) },
    ...optionalOf(record),
    ...streamsOf(record),
    ...reachedOf(record),
  };
}

function listedReview({ status, changes, untold, opinion }: Review): ListedReview {
  const { approved, ...others } = opinion;
  if (approved === undefined) return { status, changes, untold, opinion: others };
  const { by, atMicros } = approved;
  return { status, changes, untold, opinion: { ...others, approved: { by, atMicros } } };
}

function optionalOf(record: EndpointRecord) {
  const { virtualNetwork, hosts, moreHosts, drift, blindMillis, durationMillis, declaration } = record;
  return {
    ...(hosts === undefined ? {} : { hosts }),
    ...(moreHosts === undefined ? {} : { moreHosts }),
    ...(virtualNetwork === undefined ? {} : { virtualNetwork }),
    ...(drift === undefined ? {} : { drift }),
    ...(blindMillis === undefined ? {} : { blindMillis }),
    ...(durationMillis === undefined ? {} : { durationMillis: { p50: durationMillis.p50, p99: durationMillis.p99 } }),
    ...(declaration?.place === undefined ? {} : { place: declaration.place }),
  };
}

function streamsOf({ streams }: EndpointRecord): Pick<EndpointRow, "streams"> {
  if (streams === undefined) return {};
  const { kinds, requestMessages, requestMessageBytes, responseMessages, responseMessageBytes } = streams;
  return { streams: { kinds, requestMessages, requestMessageBytes, responseMessages, responseMessageBytes } };
}

function reachedOf({ reached }: EndpointRecord): Pick<EndpointRow, "reached"> {
  if (reached === undefined) return {};
  const gateways = reached.gateways.map(({ address, service }) =>
    service === undefined ? { address } : { address, service },
  );
  return { reached: { gateways, around: reached.around.length } };
}
