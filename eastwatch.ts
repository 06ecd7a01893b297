#!/usr/bin/env node
import { startBundle } from "./program/start-bundle.js";

startBundle(new URL("./program/command-line.bundle", import.meta.url));
