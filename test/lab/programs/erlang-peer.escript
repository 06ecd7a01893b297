#!/usr/bin/env escript
%% A TLS peer on Erlang's ssl application: `server|client key=value...`.
-mode(compile).

main([Role | Words]) ->
    {ok, _} = application:ensure_all_started(ssl),
    logger:set_primary_config(level, none),
    Options = maps:from_list([split(Word) || Word <- Words]),
    case Role of
        "server" -> serve(Options);
        "client" -> connect_all(Options)
    end.

split(Word) ->
    [Name, Value] = string:split(Word, "="),
    {Name, Value}.

limits(Options) ->
    Version = case maps:get("version", Options) of "1.2" -> 'tlsv1.2'; "1.3" -> 'tlsv1.3' end,
    [{versions, [Version]}, {cacertfile, maps:get("ca", Options)}, {mode, binary}, {active, false}, {packet, raw}
     | identity(Options)].

identity(#{"cert" := Certificate, "key" := Key}) -> [{certfile, Certificate}, {keyfile, Key}];
identity(_) -> [].

serve(Options) ->
    {ok, Address} = inet:parse_address(maps:get("address", Options)),
    Verify = case maps:get("auth", Options) of
        "none" -> [{verify, verify_none}];
        "request" -> [{verify, verify_peer}, {fail_if_no_peer_cert, false}];
        "require" -> [{verify, verify_peer}, {fail_if_no_peer_cert, true}]
    end,
    Tickets = case maps:get("version", Options) of "1.3" -> [{session_tickets, stateless}]; _ -> [] end,
    {ok, Listener} = ssl:listen(list_to_integer(maps:get("port", Options)),
        [{ip, Address}, {reuseaddr, true}, {alpn_preferred_protocols, [<<"h2">>, <<"http/1.1">>]}]
        ++ limits(Options) ++ Verify ++ Tickets),
    accept(Listener).

accept(Listener) ->
    {ok, Plain} = ssl:transport_accept(Listener),
    case ssl:handshake(Plain, 4000) of
        {ok, Secure} -> answer(Secure);
        {error, Why} -> io:format(standard_error, "~p~n", [Why])
    end,
    accept(Listener).

answer(Secure) ->
    {ok, {_, Port}} = ssl:peername(Secure),
    Presented = case ssl:peercert(Secure) of {ok, _} -> true; _ -> false end,
    {ok, [{session_resumption, Resumed}]} = ssl:connection_information(Secure, [session_resumption]),
    io:format("{\"port\":~p,\"presented\":~p,\"resumed\":~p}~n", [Port, Presented, Resumed]),
    case ssl:recv(Secure, 0, 4000) of
        {ok, Request} -> ssl:send(Secure, answer_to(Request)), timer:sleep(20);
        _ -> none
    end,
    ssl:close(Secure).

answer_to(Request) ->
    Body = crypto:strong_rand_bytes(rand:uniform(3000)),
    case Request of
        <<"PRI", _/binary>> ->
            %% An HTTP/2 client may send its request a moment after the preface.
            timer:sleep(30),
            [frame(4, 0, 0, <<>>), frame(1, 4, 1, <<16#88>>), frame(0, 1, 1, Body)];
        _ ->
            [io_lib:format("HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: ~b\r\n\r\n", [byte_size(Body)]), Body]
    end.

frame(Kind, Flags, Stream, Payload) ->
    <<(byte_size(Payload)):24, Kind, Flags, Stream:32, Payload/binary>>.

connect_all(Options) ->
    Reuse = case maps:get("version", Options) of
        "1.3" -> [{session_tickets, auto}, {ciphers, [suite(maps:get("hash", Options))]}];
        _ -> [{reuse_sessions, save}]
    end,
    Alpn = case maps:get("alpn", Options) of
        "h2" -> [{alpn_advertised_protocols, [<<"h2">>, <<"http/1.1">>]}];
        _ -> []
    end,
    All = limits(Options) ++ Reuse ++ Alpn ++ [{verify, verify_peer}, {server_name_indication, maps:get("name", Options)}],
    lists:foreach(fun(_) -> ask(Options, All), timer:sleep(30) end,
        lists:seq(1, list_to_integer(maps:get("connections", Options)))).

suite("sha256") -> "TLS_AES_128_GCM_SHA256";
suite("sha384") -> "TLS_AES_256_GCM_SHA384".

ask(Options, All) ->
    {ok, Address} = inet:parse_address(maps:get("address", Options)),
    case ssl:connect(Address, list_to_integer(maps:get("port", Options)), All, 4000) of
        {ok, Secure} ->
            {ok, {_, Port}} = ssl:sockname(Secure),
            {ok, [{session_resumption, Resumed}]} = ssl:connection_information(Secure, [session_resumption]),
            io:format("CLIENT {\"port\":~p,\"resumed\":~p}~n", [Port, Resumed]),
            Chosen = case ssl:negotiated_protocol(Secure) of {ok, <<"h2">>} -> "http2"; _ -> "http1" end,
            {ok, Request} = file:read_file(maps:get(Chosen, Options)),
            ssl:send(Secure, Request),
            read(Secure, 4000),
            ssl:close(Secure);
        {error, Why} ->
            io:format(standard_error, "~p~n", [Why])
    end.

read(Secure, Millis) ->
    case ssl:recv(Secure, 0, Millis) of
        {ok, Part} -> io:put_chars([C || <<C>> <= Part, C < 128]), read(Secure, 100);
        _ -> none
    end.
