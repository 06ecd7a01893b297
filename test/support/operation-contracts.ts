/** What the servers of `operation-origin` offer, in the languages of their protocols. */
export const PROTO = `
  syntax = "proto3";
  package shop.v1;
  message Line { string sku = 1; int32 count = 2; }
  message AddRequest { string email = 1; repeated Line lines = 2; int64 ssn = 3; }
  message AddReply { string text = 1; }
  service Cart { rpc Add (AddRequest) returns (AddReply); }
`;

export const WSDL = `<?xml version="1.0"?>
<definitions name="Stock" targetNamespace="http://example.com/stock" xmlns="http://schemas.xmlsoap.org/wsdl/"
  xmlns:soap="http://schemas.xmlsoap.org/wsdl/soap/" xmlns:tns="http://example.com/stock" xmlns:xsd="http://www.w3.org/2001/XMLSchema">
  <types>
    <xsd:schema targetNamespace="http://example.com/stock" elementFormDefault="qualified">
      <xsd:element name="GetPrice"><xsd:complexType><xsd:sequence><xsd:element name="symbol" type="xsd:string"/></xsd:sequence></xsd:complexType></xsd:element>
      <xsd:element name="GetPriceResponse"><xsd:complexType><xsd:sequence><xsd:element name="price" type="xsd:int"/></xsd:sequence></xsd:complexType></xsd:element>
      <xsd:element name="ListSymbols"><xsd:complexType><xsd:sequence/></xsd:complexType></xsd:element>
      <xsd:element name="ListSymbolsResponse"><xsd:complexType><xsd:sequence><xsd:element name="symbol" type="xsd:string" maxOccurs="unbounded"/></xsd:sequence></xsd:complexType></xsd:element>
    </xsd:schema>
  </types>
  <message name="GetPriceIn"><part name="parameters" element="tns:GetPrice"/></message>
  <message name="GetPriceOut"><part name="parameters" element="tns:GetPriceResponse"/></message>
  <message name="ListSymbolsIn"><part name="parameters" element="tns:ListSymbols"/></message>
  <message name="ListSymbolsOut"><part name="parameters" element="tns:ListSymbolsResponse"/></message>
  <portType name="StockPortType">
    <operation name="GetPrice"><input message="tns:GetPriceIn"/><output message="tns:GetPriceOut"/></operation>
    <operation name="ListSymbols"><input message="tns:ListSymbolsIn"/><output message="tns:ListSymbolsOut"/></operation>
  </portType>
  <binding name="StockBinding" type="tns:StockPortType">
    <soap:binding style="document" transport="http://schemas.xmlsoap.org/soap/http"/>
    <operation name="GetPrice"><soap:operation soapAction="http://example.com/stock/GetPrice"/><input><soap:body use="literal"/></input><output><soap:body use="literal"/></output></operation>
    <operation name="ListSymbols"><soap:operation soapAction=""/><input><soap:body use="literal"/></input><output><soap:body use="literal"/></output></operation>
  </binding>
  <service name="StockService"><port name="StockPort" binding="tns:StockBinding"><soap:address location="http://example.com/stock"/></port></service>
</definitions>`;
