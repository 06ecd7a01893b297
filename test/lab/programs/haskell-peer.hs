{-# LANGUAGE OverloadedStrings #-}
-- | A TLS peer on Haskell's tls: @server|client key=value…@.
module Main (main) where

import Control.Concurrent (forkIO, threadDelay)
import Control.Exception (SomeException, bracket, try)
import Control.Monad (forM_, forever, unless, void)
import qualified Data.ByteString as B
import qualified Data.ByteString.Char8 as C
import qualified Data.ByteString.Lazy as L
import Data.Bits (shiftR)
import Data.Default.Class (def)
import Data.IORef
import qualified Data.Map as M
import Data.Maybe (fromMaybe, isJust)
import Data.X509 (CertificateChain (..))
import Data.X509.CertificateStore (CertificateStore, makeCertificateStore)
import Data.X509.File (readSignedObject)
import qualified Network.Socket as S
import Network.TLS
import Network.TLS.Extra.Cipher
import System.Environment (getArgs)
import System.IO
import System.Timeout (timeout)

type Options = M.Map String String

main :: IO ()
main = do
  hSetBuffering stdout LineBuffering
  role : rest <- getArgs
  let options = M.fromList [(name, drop 1 value) | word <- rest, let (name, value) = break (== '=') word]
  if role == "server" then serve options else connectAll options

word :: Options -> String -> String
word options name = fromMaybe (error ("no " ++ name)) (M.lookup name options)

credential :: Options -> IO Credentials
credential options = case M.lookup "cert" options of
  Nothing -> return (Credentials [])
  Just file -> either error (Credentials . pure) <$> credentialLoadX509 file (word options "key")

authority :: Options -> IO CertificateStore
authority options = makeCertificateStore <$> readSignedObject (word options "ca")

supported :: Options -> [Cipher] -> Supported
supported options ciphers =
  def {supportedVersions = [if word options "version" == "1.3" then TLS13 else TLS12], supportedCiphers = ciphers}

-- | Sessions by their id, each good for any number of connections; `found` tells that one was asked for and known.
remembering :: IORef (M.Map SessionID SessionData) -> IORef Bool -> SessionManager
remembering known found =
  noSessionManager
    { sessionResume = recall,
      sessionResumeOnlyOnce = recall,
      sessionEstablish = \identity held -> modifyIORef' known (M.insert identity held),
      sessionInvalidate = modifyIORef' known . M.delete
    }
  where
    recall identity = do
      held <- M.lookup identity <$> readIORef known
      writeIORef found (isJust held)
      return held

address :: Options -> IO S.AddrInfo
address options =
  head <$> S.getAddrInfo (Just S.defaultHints {S.addrSocketType = S.Stream}) (M.lookup "address" options) (M.lookup "port" options)

serve :: Options -> IO ()
serve options = do
  own <- credential options
  roots <- authority options
  known <- newIORef M.empty
  place <- address options
  listener <- S.openSocket place
  S.setSocketOption listener S.ReuseAddr 1
  S.bind listener (S.addrAddress place)
  S.listen listener 64
  forever $ do
    (plain, peer) <- S.accept listener
    forkIO $ report (answer options own roots known plain peer)

report :: IO () -> IO ()
report action = try action >>= either (\failure -> hPutStrLn stderr (show (failure :: SomeException))) return

answer :: Options -> Credentials -> CertificateStore -> IORef (M.Map SessionID SessionData) -> S.Socket -> S.SockAddr -> IO ()
answer options own roots known plain peer = bracket (return plain) S.close $ \_ -> do
  shown <- newIORef False
  found <- newIORef False
  let judge (CertificateChain chain)
        | null chain = return (if word options "auth" == "require" then CertificateUsageReject CertificateRejectAbsent else CertificateUsageAccept)
        | otherwise = writeIORef shown True >> return CertificateUsageAccept
      hooks = def {onClientCertificate = judge, onALPNClientSuggest = Just choose}
      shared = def {sharedCredentials = own, sharedCAStore = roots, sharedSessionManager = remembering known found}
      wants = word options "auth" /= "none"
      settings =
        def {serverWantClientCert = wants, serverShared = shared, serverHooks = hooks, serverSupported = supported options ciphersuite_default}
  context <- contextNew plain settings
  handshake context
  about <- contextGetInformation context
  recalled <- readIORef found
  let S.SockAddrInet port _ = peer
      mode = infoTLS13HandshakeMode =<< about
      resumed = maybe recalled (== PreSharedKey) mode
  first <- if word options "version" == "1.3" then recvData context else return ""
  presented <- readIORef shown
  putStrLn (concat ["{\"port\":", show port, ",\"presented\":", truth presented, ",\"resumed\":", truth resumed, "}"])
  request <- if B.null first then recvData context else return first
  unless (B.null request) $ do
    sendData context (L.fromStrict (answerTo (fromIntegral port) request))
    bye context
    void (timeout 300000 (recvData context))
  where
    choose offered = return (if "h2" `elem` offered then "h2" else head offered)

truth :: Bool -> String
truth yes = if yes then "true" else "false"

answerTo :: Int -> B.ByteString -> B.ByteString
answerTo chance request
  | "PRI" `B.isPrefixOf` request = B.concat [frame 4 0 0 "", frame 1 4 1 "\x88", frame 0 1 1 body]
  | otherwise = B.concat ["HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: ", C.pack (show (B.length body)), "\r\n\r\n", body]
  where
    body = B.replicate (1 + chance * 7919 `mod` 3000) 0x2e

frame :: Int -> Int -> Int -> B.ByteString -> B.ByteString
frame kind flags stream payload = B.concat [number 3 (B.length payload), number 1 kind, number 1 flags, number 4 stream, payload]
  where
    number size value = B.pack [fromIntegral (value `shiftR` (8 * at)) | at <- reverse [0 .. size - 1]]

connectAll :: Options -> IO ()
connectAll options = do
  own@(Credentials list) <- credential options
  roots <- authority options
  kept <- newIORef Nothing
  let sessions = noSessionManager {sessionEstablish = \identity held -> writeIORef kept (Just (identity, held))}
      shared = def {sharedCredentials = own, sharedCAStore = roots, sharedSessionManager = sessions}
      names = if word options "alpn" == "h2" then Just ["h2", "http/1.1"] else Nothing
      pick _ = return (case list of (one : _) -> Just one; [] -> Nothing)
      hooks = def {onCertificateRequest = pick, onSuggestALPN = return names}
      suite = if word options "hash" == "sha384" then cipher_TLS13_AES256GCM_SHA384 else cipher_TLS13_AES128GCM_SHA256
      ciphers = if word options "version" == "1.3" then [suite] else ciphersuite_default
  forM_ [1 .. read (word options "connections") :: Int] $ \_ -> do
    session <- readIORef kept
    let settings =
          (defaultParamsClient (word options "name") (C.pack (word options "port")))
            {clientShared = shared, clientHooks = hooks, clientSupported = supported options ciphers, clientWantSessionResume = session}
    report (ask options settings)
    threadDelay 20000

ask :: Options -> ClientParams -> IO ()
ask options settings = do
  place <- address options
  bracket (S.openSocket place) S.close $ \plain -> do
    S.connect plain (S.addrAddress place)
    context <- contextNew plain settings
    handshake context
    protocol <- getNegotiatedProtocol context
    request <- B.readFile (word options (if protocol == Just "h2" then "http2" else "http1"))
    sendData context (L.fromStrict request)
    drain context
    void (timeout 100000 (bye context))
  where
    drain context = do
      part <- timeout 300000 (recvData context)
      case part of
        Just bytes | not (B.null bytes) -> drain context
        _ -> return ()
