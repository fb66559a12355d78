# gem install webrick
require 'json'
require 'openssl'
require 'webrick'

def genuine?(body, header)
  expected = "sha256=#{OpenSSL::HMAC.hexdigest('SHA256', ENV.fetch('WEBHOOK_SECRET'), body)}"
  # While a secret is rotated the header holds two signatures; one is enough.
  header.split(',').any? { |given| OpenSSL.secure_compare(expected, given.strip) }
end

server = WEBrick::HTTPServer.new(Port: ENV.fetch('PORT', 3000).to_i)
server.mount_proc '/webhook' do |request, response|
  body = request.body.to_s
  unless genuine?(body, request['X-Webhook-Signature'].to_s)
    response.status = 401
    next
  end
  response.status = 204 # Answer first, work afterwards.
  event = JSON.parse(body)
  # The same event may come twice: skip an X-Webhook-Id that you have seen.
  puts "#{request['X-Webhook-Id']} #{event['event']}"
end
server.start
