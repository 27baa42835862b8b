/**
 * ONNX Runtime 1.29 and later sends usage data to its vendor and stores a device id in the home folder, unless this is set before it is
 * loaded. No data about the cameras' pictures may leave the machine. Every main file imports this first; threads inherit it.
 */
// oxlint-disable-next-line node/no-process-env -- not one of our settings: the library reads the environment itself
process.env['ORT_DISABLE_TELEMETRY'] = '1';
